import type { Problem } from './start-up-report.js';
import { counted, startUpReport } from './start-up-report.js';
import type { Suggestion } from './suggestion.js';
import { ignoreText, inWords, keyText } from './suggestion.js';

/**
 * Every error that nestash makes: a code, its typed details, and the text a developer reads. A text says what
 * happened, with the offending value in quotes, and then what to do about it in one sentence.
 */
interface ErrorDetails {
  KEY_MALFORMED: { key: string; reason: string; where?: string | undefined };
  KEY_VALUE_MISSING: { placeholder: string; where: string; reason: string };
  KEY_VALUE_UNSUPPORTED: { placeholder: string; where: string; found: string };
  TEMPLATE_MALFORMED: { template: string; where: string; reason: string };
  PLACEHOLDER_UNKNOWN: { placeholder: string; template: string; where: string; available: readonly string[] };
  OPTION_UNKNOWN: { option: string; where: string; available: readonly string[] };
  OPTION_INVALID: { option: string; where: string; found: string; expected: string };
  DURATION_INVALID: { option: string; where: string; found: string };
  TTL_OUT_OF_POLICY: {
    option: string;
    where: string;
    found: string;
    policy: string;
    shortest: string;
    longest: string;
  };
  CONTEXT_MISSING: { placeholder: string; where: string };
  IDENTITY_MISSING: { where: string; found: string };
  VALUE_NOT_SERIALIZABLE: { path: string; found: string; remedy: string; where?: string | undefined };
  METHOD_NOT_ASYNC: { where: string; found: string };
  METHOD_NOT_CACHEABLE: { where: string; reason: string; remedy: string };
  LOADER_RECURSION: { key: string; where?: string | undefined };
  STORE_UNKNOWN: { store: string; where: string; available: readonly string[] };
  STORE_UNAVAILABLE: {
    store: string;
    operation: string;
    reason: string;
    /** It was not asked, because it failed before. */
    isResting?: boolean;
    /** Other keys of it can be reached. */
    isPartial?: boolean;
    /** The command was sent for several callers, and another one has been told. */
    isRepeated?: boolean;
  };
  STORE_CLIENT_REFUSED: { reason: string; remedy: string };
  PACKAGE_MISSING: { package: string; usedBy: string };
  LOCK_NOT_ACQUIRED: { name: string; wait?: string | undefined };
  LOCK_LOST: { name: string };
  MANY_MISMATCH: { where: string; reason: string; remedy: string };
  KEY_CLASH: {
    where: string;
    template: string;
    other: string;
    otherTemplate: string;
    /** Empty where the templates have no placeholder that tells them apart. */
    when: string;
    remedy: string;
  };
  PATTERN_UNMATCHED: { where: string; kind: 'pattern' | 'tag'; pattern: string; nearest?: string | undefined };
  PATTERN_TOO_WIDE: { where: string; pattern: string; reason: string; remedy: string };
  CACHE_UNSOUND: { problems: readonly Problem[]; unused: readonly string[] };
  NEVER_INVALIDATED: { where: string; template: string; ttl: string; path: string };
  KEY_INCOMPLETE: {
    where: string;
    /** Undefined for a key function. */
    key: string | undefined;
    missing: readonly string[];
    /** What the option `ignore` calls them. */
    names: readonly string[];
    suggestion: Suggestion;
  };
  KEY_IMPERSONAL: {
    where: string;
    key: string;
    guards: readonly string[];
    scopes: readonly string[];
    suggestion: Suggestion;
  };
  KEY_PUBLISHED: { where: string; key: string; control: string };
  QUERY_UNBOUNDED: { where: string; input: string };
  START_UP_REFUSED: { problems: readonly Problem[]; warnings: readonly Problem[] };
}

export type CacheErrorCode = keyof ErrorDetails;
export type CacheErrorDetails<C extends CacheErrorCode> = ErrorDetails[C];

/** The name under which the partition is reported like a placeholder. It has none of its own, and so no default. */
export const PARTITION = '@partition';

const quote = (value: string): string => JSON.stringify(value);
const listed = (names: readonly string[]): string => (names.length ? names.map(quote).join(', ') : 'none');
/** A text that begins with the place, where the place is known. */
const at = (where: string | undefined, text: string): string =>
  where === undefined ? text.charAt(0).toUpperCase() + text.slice(1) : `${where}: ${text}`;
const isPartition = (placeholder: string): boolean => placeholder === PARTITION;
const named = (placeholder: string): string =>
  isPartition(placeholder) ? 'the partition' : `the placeholder <<${placeholder}>>`;

const remedyOf = ({ suggestion, names }: ErrorDetails['KEY_INCOMPLETE']): string => {
  const { ignore } = suggestion;
  const key = keyText(suggestion);
  const own = ignore && `${ignoreText(ignore)} where nothing of it changes the result`;
  if (key === '') return `Take what it needs as a parameter of its own, or write ${own}.`;
  if (own) return `Write ${key} with ${own}.`;
  return `Write ${key}, or ${ignoreText(names)} where it does not change the result.`;
};

const MESSAGES: { [C in CacheErrorCode]: (details: ErrorDetails[C]) => string } = {
  KEY_MALFORMED: (d) =>
    `${at(d.where, `the cache key${d.key === '' ? '' : ` ${quote(d.key)}`} ${d.reason}`)}. Pass plain values as elements of an array, which encodes and shortens them: ['public', 'blog', value].`,
  KEY_VALUE_MISSING: (d) =>
    `${d.where}: ${named(d.placeholder)} has no value: ${d.reason}. ${isPartition(d.placeholder) ? 'Let the option partition return a tenant for every request, or call CacheService with { partition }' : `Pass a value, or give it a default: <<${d.placeholder}|none>>`}.`,
  KEY_VALUE_UNSUPPORTED: (d) =>
    `${d.where}: ${named(d.placeholder)} is ${d.found}, which cannot be part of a key. ${isPartition(d.placeholder) ? 'Use a plain value such as the identifier of the tenant' : 'Name a plain value in the template, such as <<dto.id>>, or use a key function'}.`,
  TEMPLATE_MALFORMED: (d) =>
    `${d.where}: the template ${quote(d.template)} ${d.reason}. A template is a path such as "public:blog:detail:<<id>>".`,
  PLACEHOLDER_UNKNOWN: (d) =>
    `${d.where}: the template ${quote(d.template)} names <<${d.placeholder}>>, which ${d.placeholder.startsWith('@') ? 'no request has' : 'the method does not have'}. It can name: ${listed(d.available)}.`,
  OPTION_UNKNOWN: (d) =>
    `${d.where}: there is no option ${quote(d.option)}. Remove it, or use one of: ${listed(d.available)}.`,
  OPTION_INVALID: (d) => `${d.where}: the option ${quote(d.option)} is ${d.found}. It must be ${d.expected}.`,
  DURATION_INVALID: (d) =>
    `${d.where}: the option ${quote(d.option)} is ${d.found}, which is no duration. Write a text with a number and its unit, from '1ms' to '365d': '250ms', '30s', '5m', '1h', '1d'.`,
  TTL_OUT_OF_POLICY: (d) =>
    `${d.where}: the option ${quote(d.option)} is ${d.found}, but the policy ${quote(d.policy)} allows '${d.shortest}' to '${d.longest}'. Name a lifetime within these bounds, or change the policy.`,
  CONTEXT_MISSING: (d) =>
    `${d.where}: ${isPartition(d.placeholder) ? 'the partition' : `<<${d.placeholder}>>`} can only be read while a request is being handled; guards, middleware, exception filters and code outside requests have no request context. ${isPartition(d.placeholder) ? 'Call CacheService with { partition } there' : 'Pass the value as an argument and name that argument instead'}.`,
  IDENTITY_MISSING: (d) =>
    `${d.where}: somebody is signed in, but the user is ${d.found} with none of the identities "id", "sub", "userId" and "_id". Say who it is with forRoot({ user: (request) => … }).`,
  VALUE_NOT_SERIALIZABLE: (d) => `${d.where === undefined ? '' : `${d.where}: `}${d.path} is ${d.found}. ${d.remedy}`,
  METHOD_NOT_ASYNC: (d) =>
    `${d.where} returned ${d.found}, not a promise, and a decorated method of a provider must be asynchronous. Make it async, or remove the decorator.`,
  METHOD_NOT_CACHEABLE: (d) => `${d.where} cannot be cached: ${d.reason}. ${d.remedy}`,
  LOADER_RECURSION: (d) =>
    `${at(d.where, `the loader of the key ${quote(d.key)} asked the cache for this very key`)}, and would wait for itself for ever. Load the value inside it without the cache, or use another key.`,
  STORE_UNKNOWN: (d) =>
    `${d.where}: there is no store ${quote(d.store)}. Configure it in forRoot({ stores: { … } }), or use one of: ${listed(d.available)}.`,
  STORE_UNAVAILABLE: (d) =>
    `The store ${quote(d.store)} did not carry out ${quote(d.operation)}: ${d.reason}. Check that the server is up and reachable${d.operation === 'invalidate' || d.operation === 'clear' ? '; the invalidation waits until it is, and other processes may get older data until then' : ''}.`,
  STORE_CLIENT_REFUSED: (d) => `redisStore(): the client cannot be used: ${d.reason}. ${d.remedy}`,
  PACKAGE_MISSING: (d) =>
    `${d.usedBy} needs the package ${quote(d.package)}, which is not installed. Run: npm install ${d.package}`,
  LOCK_NOT_ACQUIRED: (d) =>
    `The lock ${quote(d.name)} is held by somebody else${d.wait === undefined ? '. Wait for it' : `, and was not released within ${d.wait}. Wait longer`} with { wait: '30s' }, or try again later.`,
  LOCK_LOST: (d) =>
    `The lock ${quote(d.name)} was lost while its function was running: it was not renewed in time, and somebody else may hold it by now. Stop the work when the AbortSignal fires, and give the lock a longer ttl if the function blocks the process.`,
  MANY_MISMATCH: (d) => `${d.where} ${d.reason}. ${d.remedy}.`,
  KEY_CLASH: (d) =>
    `${d.where}: the template ${quote(d.template)} makes the same key as ${quote(d.otherTemplate)} of ${d.other}${d.when === '' ? '' : ` when ${d.when}`}. ${d.remedy}.`,
  PATTERN_UNMATCHED: (d) =>
    `${d.where}: the ${d.kind} ${quote(d.pattern)} matches nothing that this application caches by a decorator. ${d.nearest === undefined ? '' : `Did you mean ${quote(d.nearest)}? `}Correct it, or remove it.`,
  PATTERN_TOO_WIDE: (d) => `${d.where}: the pattern ${quote(d.pattern)} ${d.reason}. ${d.remedy}.`,
  NEVER_INVALIDATED: (d) =>
    `${d.where}: entries of ${quote(d.template)} live for '${d.ttl}', and no decorator invalidates them. Put @InvalidateCache([${quote(d.path)}]) on what changes them, give them a tag, or shorten the ttl.`,
  CACHE_UNSOUND: (d) =>
    [
      ...(d.problems.length === 0
        ? []
        : [startUpReport('The caching of this application is not sound:', d.problems, [])]),
      ...(d.unused.length === 0
        ? []
        : [
            `Nothing is found in ${listed(d.unused)}, so that "except" excuses nothing there. Remove it from the list.`,
          ]),
    ].join('\n'),
  KEY_INCOMPLETE: (d) =>
    `${d.where}: the key ${d.key === undefined ? 'function' : quote(d.key)} leaves out ${inWords(d.missing)}, which the method can read.\n${remedyOf(d)}`,
  KEY_IMPERSONAL: (d) =>
    `${d.where}: the key ${quote(d.key)} does not say whose data it holds, and the handler is guarded${d.guards.length === 0 ? '' : ` by ${inWords(d.guards)}`}.\nWrite ${keyText(d.suggestion)}${d.suggestion.ignore ? ` with ${ignoreText(d.suggestion.ignore)}` : ''}. Where everybody gets the same, begin the key with ${inWords(d.scopes.map(quote))}${d.guards.length === 0 ? '' : `; a guard that identifies nobody belongs into forRoot({ plainGuards: [${d.guards.join(', ')}] })`}.`,
  KEY_PUBLISHED: (d) =>
    `${d.where}: the key ${quote(d.key)} holds the data of one person, and @CacheControl, which says ${quote(d.control)}, lets every cache on the way keep it. Add "private: true" to it, without "public" and "sMaxAge", or take the identity out of the key.`,
  QUERY_UNBOUNDED: (d) =>
    `${d.where}: ${d.input} takes whatever a client sends, and all of it is in the key, so that anybody can fill the cache. Take the parameters by name, or give it a class and new ValidationPipe({ whitelist: true }).`,
  START_UP_REFUSED: (d) =>
    startUpReport(`nestash found ${counted(d.problems)} and refuses to start:`, d.problems, d.warnings),
};

const BRAND = Symbol.for('nestash.CacheError');

/**
 * An error made by nestash. The error of a loader is never wrapped in one.
 *
 * @example if (CacheError.is(error, 'STORE_UNAVAILABLE')) retryLater();
 */
export class CacheError<C extends CacheErrorCode = CacheErrorCode> extends Error {
  readonly code: C;
  readonly details: CacheErrorDetails<C>;

  constructor(code: C, details: CacheErrorDetails<C>, options?: ErrorOptions) {
    super(MESSAGES[code](details), options);
    this.name = 'CacheError';
    this.code = code;
    this.details = details;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether `error` was made by any copy of nestash in this process and, where `code` is given, has that code. */
  static is<C extends CacheErrorCode>(error: unknown, code?: C): error is CacheError<C> {
    if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
    return code === undefined || (error as unknown as CacheError).code === code;
  }
}

/** Every code that a `CacheError` can have. */
export const CACHE_ERROR_CODES: readonly CacheErrorCode[] = Object.freeze(Object.keys(MESSAGES) as CacheErrorCode[]);
