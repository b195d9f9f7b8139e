import { parseDuration } from '../core/duration.js';
import { checkOptionNames, invalidOption } from '../core/options.js';
import { STALE_OPTIONS } from '../core/stale-windows.js';
import { isCatalogKey } from '../keys/catalog.js';
import type { CacheDefaultsOptions, Declaration } from './declaration.js';
import type { Problems } from './problems.js';

interface Rule {
  readonly accepts: (value: unknown) => boolean;
  readonly expected: string;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
/** RFC 9110, section 5.6.2; `*` would mean that no two requests are the same. */
const isHeader = (value: unknown): boolean =>
  isText(value) && value !== '*' && /^[!#$%&'*+.^_`|~\w-]+$/.test(value as string);
const isKey = (value: unknown): boolean => isText(value) || isCatalogKey(value);
const areKeys = (value: unknown): boolean => Array.isArray(value) && value.every(isKey);

const key: Rule = {
  accepts: (value) => isKey(value) || isFunction(value),
  expected: 'a template, a key of a catalog, or a function of the arguments',
};
const patterns: Rule = {
  accepts: (value) => areKeys(value) || isFunction(value),
  expected: 'an array of templates and keys of catalogs, or a function of the result',
};
/** The message of a duration is its own. */
const duration: Rule = { accepts: () => true, expected: 'a duration' };
const tags: Rule = {
  accepts: (value) => isTexts(value) || isFunction(value),
  expected: 'an array of templates, or a function of the result',
};
const unless: Rule = { accepts: isFunction, expected: 'a function of the result' };
const store: Rule = { accepts: isText, expected: 'the name of a store' };
const flag: Rule = { accepts: isBoolean, expected: 'true or false' };

const CACHED: Readonly<Record<string, Rule>> = {
  key,
  ttl: duration,
  nullTtl: duration,
  tags,
  when: { accepts: isFunction, expected: 'a function of the arguments' },
  unless,
  type: { accepts: isFunction, expected: 'a class' },
  store,
  version: { accepts: (value) => isText(value) || typeof value === 'number', expected: 'a text or a number' },
  ignore: { accepts: isTexts, expected: 'an array of names of parameters' },
  vary: {
    accepts: (value) => Array.isArray(value) && value.every(isHeader),
    expected: "an array of names of request headers, such as ['accept-language']",
  },
  debug: flag,
};

const share: Rule = { accepts: (value) => value === 'frozen', expected: "'frozen'" };

const CACHEABLE = { ...CACHED, share, ...Object.fromEntries(STALE_OPTIONS.map((option) => [option, duration])) };

const PUT = { ...CACHED, settle: duration };

const INVALIDATE: Readonly<Record<string, Rule>> = { tags, always: flag, unless, settle: duration, store, debug: flag };

/** What a decorator was given, without what is wrong in it. */
export function soundDeclaration<D extends Declaration>(declaration: D, where: string, problems: Problems): D {
  if (declaration.kind === 'invalidate') {
    const options = soundOptions(declaration.options, INVALIDATE, { where, problems });
    const sound = soundOptions({ patterns: declaration.patterns }, { patterns }, { where, problems });
    return { ...declaration, options, patterns: sound.patterns ?? [] };
  }
  const rules = declaration.kind === 'cacheable' ? CACHEABLE : PUT;
  const options = soundOptions(declaration.options, rules, { where, problems });
  const sound = soundOptions({ key: declaration.key }, CACHED, { where, problems });
  if (declaration.kind === 'put' && declaration.key === undefined) {
    problems.found.push(invalidOption('key', where, undefined, 'given: a put needs to know its entry'));
  }
  return { ...declaration, options, key: sound.key };
}

/** What `@CacheDefaults` was given, without what is wrong in it. */
export function soundDefaults(given: CacheDefaultsOptions, owner: string, problems: Problems): CacheDefaultsOptions {
  const where = `@CacheDefaults of ${owner}`;
  const rules = { prefix: { accepts: isText, expected: 'the beginning of a template' }, ttl: duration };
  const sound = soundOptions(given, rules, { where, problems });
  const { ttl } = sound;
  if (ttl === undefined || problems.collect(() => parseDuration(ttl, 'ttl', where)) !== undefined) return sound;
  return sound.prefix === undefined ? {} : { prefix: sound.prefix };
}

function soundOptions<O extends object>(
  given: O,
  rules: Readonly<Record<string, Rule>>,
  { where, problems }: { where: string; problems: Problems },
): Partial<O> {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject) problems.collect(() => checkOptionNames(given, Object.keys(rules), where));
  const sound: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(isObject ? given : {})) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    if (!rule) problems.collect(() => checkOptionNames({ [option]: value }, Object.keys(rules), where));
    else if (value === undefined) continue;
    else if (rule.accepts(value)) sound[option] = value;
    else problems.found.push(invalidOption(option, where, value, rule.expected));
  }
  return sound as Partial<O>;
}
