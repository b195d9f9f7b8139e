import { styleText } from 'node:util';

/** One request, as it came out. */
export interface Outcome {
  /** What was sent: `GET /posts/grid`. */
  readonly request: string;
  /** What the header X-Cache said; without one the status. */
  readonly outcome: string;
  readonly ms: number;
  readonly key: string | undefined;
  readonly dropped: readonly string[];
}

/** A read that the cache was asked for. */
export interface Read {
  readonly cache: string;
  readonly ms: number;
}

interface Heading {
  readonly platform: string;
  readonly store: string;
  readonly seconds: string;
  readonly prefix: string;
}

const MOST_DROPPED = 8;
const REQUEST_WIDTH = 32;
/** Where the keys stand. */
const KEY_COLUMN = 51;

export function heading({ platform, store, seconds, prefix }: Heading): string {
  return [
    `The blog runs on ${platform}, with its cache in ${store}, ready after ${seconds} s.`,
    'In each line: X-Cache (or the status), the time, the request, and the key that the cache used',
    `or the paths and tags that a write dropped. All of them are below ${prefix}`,
  ].join('\n');
}

export function chapter(number: number, what: string): string {
  return `\n${paint('bold', `${number}. ${what}`)}`;
}

/** `  HIT     0.9 ms  GET /posts/grid                  public:blog:detail:grid:en`, and what a write drops. */
export function line({ request, outcome, ms, key, dropped }: Outcome): string {
  const columns = [
    `  ${paint(outcome === 'HIT' ? 'green' : 'yellow', outcome.padEnd(4))}`,
    `${ms.toFixed(1)} ms`.padStart(9),
    ` ${request.padEnd(REQUEST_WIDTH)}`,
  ].join(' ');
  if (key !== undefined) return `${columns} ${key}`;
  const shown = dropped.slice(0, MOST_DROPPED).map((path) => `drops ${path}`);
  if (dropped.length > MOST_DROPPED) shown.push(`and ${dropped.length - MOST_DROPPED} more`);
  return `${columns} ${shown.join(`\n${' '.repeat(KEY_COLUMN)}`)}`.trimEnd();
}

/** What the answer shows, below its line. */
export function remark(text: string): string {
  return `${' '.repeat(KEY_COLUMN - REQUEST_WIDTH - 1)}-> ${text}`;
}

export function failure(text: string): string {
  return paint('red', `  NOT AS EXPECTED: ${text}`);
}

export function summary(reads: readonly Read[]): string {
  const [hits, misses] = ['HIT', 'MISS'].map((kind) => reads.filter(({ cache }) => cache === kind));
  return `\nEvery step was as expected: ${told('hits', hits!)}, ${told('misses', misses!)}.`;
}

function told(what: string, reads: readonly Read[]): string {
  const sorted = reads.map(({ ms }) => ms).sort((a, b) => a - b);
  return `${reads.length} ${what} (typically ${(sorted[sorted.length >> 1] ?? 0).toFixed(1)} ms)`;
}

function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(style, text) : text;
}
