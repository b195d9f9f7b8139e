import { describeValue } from './describe.js';
import { CacheError } from './errors.js';

type Unit = 'ms' | 's' | 'm' | 'h' | 'd';

/** A length of time with its unit: `'250ms'`, `'30s'`, `'5m'`, `'1h'`, `'1d'`. A bare number is none. */
export type Duration = `${number}${Unit}`;

const MILLISECONDS: Record<Unit, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const LONGEST = 365 * MILLISECONDS.d;

/**
 * A duration in whole milliseconds, at least 1 and at most 365 days.
 *
 * @throws CacheError `DURATION_INVALID`, which names the option and where it stands.
 */
export function parseDuration(value: unknown, option: string, where: string): number {
  const match = typeof value === 'string' ? PATTERN.exec(value) : null;
  const milliseconds = match ? Math.round(Number(match[1]) * MILLISECONDS[match[2] as Unit]) : 0;
  if (milliseconds < 1 || milliseconds > LONGEST) {
    throw new CacheError('DURATION_INVALID', { option, where, found: describe(value) });
  }
  return milliseconds;
}

/** The shortest way to write a number of milliseconds as a duration, for logs. */
export function formatDuration(milliseconds: number): string {
  return milliseconds >= 1_000 ? `${Math.round(milliseconds / 100) / 10}s` : `${Math.round(milliseconds)}ms`;
}

/** A number of milliseconds as a developer would write it: `'5m'`, `'1500ms'`. */
export function writeDuration(milliseconds: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((each) => milliseconds % MILLISECONDS[each] === 0) ?? 'ms';
  return `${milliseconds / MILLISECONDS[unit]}${unit}`;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined) return 'missing';
  return typeof value === 'number' ? `the bare number ${value}` : describeValue(value);
}
