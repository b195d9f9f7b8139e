import { CacheError } from 'nestash';
import type { LoggedMisuse, Misuse } from './misuse.js';

/** What came of a misuse: a text, and the code of the error that it is from. */
export interface Seen {
  readonly code: string;
  readonly text: string;
}

/** Traces of a value that was put into a text without care. */
const CARELESS = [/\bundefined\b/, /\[object \w+\]/, /\bNaN\b/, /\bfunction\s*\(/, /=>\s*\{/, /\S {2,}\S/];

/** The text in an error. A report of one mistake or one warning is seen as that, for its text is what matters. */
export function seenIn(error: unknown, wanted: Misuse['code']): Seen {
  const isReport = CacheError.is(error, 'START_UP_REFUSED') || CacheError.is(error, 'CACHE_UNSOUND');
  if (isReport && wanted !== error.code) {
    const warnings = 'warnings' in error.details ? error.details.warnings : [];
    const isWarning = warnings.some(({ code }) => code === wanted);
    const [only, ...others] = isWarning ? warnings : error.details.problems;
    if (only && others.length === 0) return { code: only.code, text: only.message };
  }
  const { code, message } = error as { code?: string; message?: string };
  const isOfNest = (error as Error).constructor.name === 'UnknownDependenciesException';
  return { code: isOfNest ? 'Nest' : (code ?? 'no code'), text: message ?? String(error) };
}

/** What is wrong with what came of a misuse. */
export function faultsOf({ code, shows }: Pick<Misuse, 'code' | 'shows'>, seen: Seen | undefined): string[] {
  if (!seen) return [`made no error, and ${code} was expected`];
  return [...(seen.code === code ? [] : [`made ${seen.code} instead of ${code}`]), ...faultsOfText(seen.text, shows)];
}

/** What is wrong with the lines that a misuse left in the log. */
export function faultsOfLines({ shows }: Pick<LoggedMisuse, 'shows'>, lines: readonly string[]): string[] {
  if (lines.length !== 1) return [`left ${lines.length} lines in the log, and one was expected`];
  return faultsOfText(lines[0]!, shows);
}

/** Codes of the table that nothing made, and texts that two misuses made. */
export function faultsOfAll(seen: readonly Seen[], codes: readonly string[]): string[] {
  const made = new Set(seen.map(({ code }) => code));
  const texts = seen.map(({ text }) => text);
  const twice = texts.filter((text, index) => texts.indexOf(text) !== index);
  return [
    ...codes.filter((code) => !made.has(code)).map((code) => `nothing made ${code}`),
    ...twice.map((text) => `two misuses made the same text: ${text}`),
  ];
}

function faultsOfText(text: string, shows: readonly string[]): string[] {
  return [
    ...shows.filter((part) => !text.includes(part)).map((part) => `does not show ${JSON.stringify(part)}`),
    ...CARELESS.filter((trace) => trace.test(text)).map((trace) => `contains ${String(trace)}`),
  ];
}
