import { writeDuration } from '../core/duration.js';
import type { CacheReport, ReportedMethod } from './cache-report.js';

const HEADER = ['method', 'key', 'ttl', 'dropped by'];

/** The map of an application as a table for its developer; undefined where nothing is cached. */
export function reportTable({ methods }: CacheReport): string | undefined {
  if (methods.length === 0) return undefined;
  const hasStores = methods.some(({ store }) => store !== 'default');
  const rows = methods.flatMap((method) => {
    const [first = '-', ...others] = droppersOf(method);
    const name = method.decorator === 'CachePut' ? `${method.where} (put)` : method.where;
    const key = `${method.template ?? 'a key function'}${hasStores ? ` in ${method.store}` : ''}`;
    return [[name, key, ttlOf(method), first], ...others.map((each) => ['', '', '', each])];
  });
  return `What is cached:\n${aligned([HEADER, ...rows])}`;
}

function ttlOf({ ttl, isCached }: ReportedMethod): string {
  if (!isCached) return 'never';
  return ttl === null ? 'varies' : writeDuration(ttl);
}

/** A line for each class. */
function droppersOf({ invalidatedBy, maybeInvalidatedBy }: ReportedMethod): string[] {
  return [...byClass(invalidatedBy), ...byClass(maybeInvalidatedBy).map((line) => `maybe ${line}`)];
}

function byClass(places: readonly string[]): string[] {
  const methods = new Map<string, string[]>();
  for (const where of places) {
    const end = where.lastIndexOf('.');
    const owner = where.slice(0, end);
    methods.set(owner, [...(methods.get(owner) ?? []), where.slice(end + 1)]);
  }
  return [...methods].map(([owner, names]) => `${owner}: ${names.join(', ')}`);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd())
    .join('\n');
}
