import { parseDuration, type Duration } from '../core/duration.js';
import { checkOptionNames, invalidOption } from '../core/options.js';
import { STALE_OPTIONS, parseStaleWindows, type StaleOptions } from '../core/stale-windows.js';
import { parseTemplate } from './template.js';

/** A key of a catalog, with what is said about it there. */
export interface CatalogEntry extends StaleOptions {
  /** A template, which is put behind the prefix of the catalog. */
  readonly key: string;
  /** How long an entry is fresh, unless the decorator says otherwise. */
  readonly ttl?: Duration;
  /** The lifetime of `null` and `undefined`, if another. */
  readonly nullTtl?: Duration;
  /** Templates of tags. */
  readonly tags?: readonly string[];
}

/** An entry that was found to be right, with its whole template. */
export interface CheckedEntry extends CatalogEntry {
  readonly template: string;
  /** The catalog and the name in it, for messages. */
  readonly where: string;
}

const OPTIONS: readonly string[] = ['key', 'ttl', 'nullTtl', 'tags', ...STALE_OPTIONS];

/** @throws CacheError `TEMPLATE_MALFORMED`, `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID` */
export function checkedEntry(prefix: string, entry: string | CatalogEntry, where: string): CheckedEntry {
  const { key, ttl, nullTtl, tags, ...others } = typeof entry === 'string' ? { key: entry } : entry;
  checkOptionNames(others, OPTIONS, where);
  if (typeof key !== 'string') throw invalidOption('key', where, key, 'a template');
  const template = `${prefix}:${key}`;
  parseTemplate(template, { where });
  if (ttl !== undefined) parseDuration(ttl, 'ttl', where);
  if (nullTtl !== undefined) parseDuration(nullTtl, 'nullTtl', where);
  parseStaleWindows(others, where);
  return {
    key,
    template,
    where,
    ...others,
    ...(ttl !== undefined && { ttl }),
    ...(nullTtl !== undefined && { nullTtl }),
    ...(tags !== undefined && { tags: checkedTags(tags, where) }),
  };
}

function checkedTags(tags: unknown, where: string): readonly string[] {
  if (!Array.isArray(tags)) throw invalidOption('tags', where, tags, 'an array of templates');
  const templates = tags as readonly string[];
  for (const template of templates) parseTemplate(template, { where: `${where}, in "tags"` });
  return Object.freeze([...templates]);
}
