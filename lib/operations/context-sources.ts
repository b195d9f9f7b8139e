import { describeValue, isThenable } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import { invalidOption } from '../core/options.js';
import { readingForKey } from '../engine/frames.js';
import { ANONYMOUS, encodeSegment } from '../keys/escape.js';
import { MISSING, readOwnPath } from '../keys/resolver.js';
import type { RequestContext } from './request-context.js';

/** One call of a decorated method, as the sources of its templates see it. */
export interface CallScope {
  readonly where: string;
  readonly args: readonly unknown[];
  readonly result?: unknown;
  readonly context: RequestContext | undefined;
  /** What was read from the request so far, encoded, by the name of its source. */
  readonly contextual: Map<string, string>;
}

export type CallSource = (scope: CallScope) => unknown;

/** A function of `forRoot({ placeholders, partition })`. */
export type ContextFunction = (context: RequestContext) => unknown;

/** The parts of a request that a template can name, `<<@params.id>>`. */
export const CONTEXT_NAMES: readonly string[] = ['user', 'params', 'query', 'headers', 'cookies', 'host'];

/** The properties of a user that say who it is, in the order in which they are asked. */
export const IDENTITIES = ['id', 'sub', 'userId', '_id'] as const;

/** Under this name the identity of the user is noted, whichever placeholder asked for it. */
export const IDENTITY_SOURCE = '@user.id';

/** The source behind `<<@name.path>>`. */
export function contextSource(text: string, name: string, path: readonly string[]): CallSource {
  const isIdentity = name === 'user' && path.length === 1 && path[0] === 'id';
  const read = name === 'user' ? (isIdentity ? identity : userProperty(text, path)) : requestProperty(text, name, path);
  return (scope) => noted(scope, isIdentity ? IDENTITY_SOURCE : text, read);
}

/** The source behind a placeholder of the application, or its partition. */
export function customSource(text: string, read: ContextFunction): CallSource {
  return (scope) =>
    noted(scope, text, (context) => {
      const value = atOnce(read(context), text);
      return present(value, text, scope, 'its function returned nothing');
    });
}

/** Request headers as one value, each undefined where the request does not have it. */
export function headersSource(names: readonly string[]): CallSource {
  return (scope) =>
    Object.fromEntries(names.map((name) => [name, noted(scope, `@headers.${name}`, ({ headers }) => headers[name])]));
}

/** The identity of whoever is signed in, or undefined for nobody. */
export function identityOf(user: unknown, where: string): string | number | bigint | boolean | undefined {
  if (user === undefined || user === null) return undefined;
  if (isScalar(user)) return user;
  for (const name of IDENTITIES) {
    const value = (user as Record<string, unknown>)[name];
    if (isScalar(value)) return value;
    const text = name === '_id' ? textOfObject(value) : undefined;
    if (text !== undefined) return text;
  }
  throw new CacheError('IDENTITY_MISSING', { where, found: describeValue(user) });
}

function identity({ user }: RequestContext, { where }: CallScope): unknown {
  return identityOf(user, where) ?? ANONYMOUS;
}

function userProperty(text: string, path: readonly string[]) {
  return ({ user }: RequestContext, scope: CallScope): unknown => {
    if (user === undefined || user === null) return ANONYMOUS;
    return present(readOwnPath(user, path), text, scope, 'the signed-in user has no such property');
  };
}

function requestProperty(text: string, name: string, path: readonly string[]) {
  return (context: RequestContext, scope: CallScope): unknown => {
    if (name === 'host') return present(context.host, text, scope, 'the request names no host');
    const part = context[name as 'params' | 'query' | 'headers' | 'cookies'];
    const isParsed = part !== undefined && part !== null;
    if (!isParsed) throw missing(text, scope, `the request has no ${name}: its parser is not installed`);
    const names = name === 'headers' ? path.map((each) => each.toLowerCase()) : path;
    return present(readOwnPath(part, names), text, scope, 'the request does not have it');
  };
}

/**
 * A value that is there, not a promise of one: keys are made without waiting. The promise is taken care of, for nobody
 * else would notice that it fails.
 */
export function atOnce(value: unknown, option: string): unknown {
  if (!isThenable(value)) return value;
  void Promise.resolve(value).catch(() => {});
  const expected = 'a function that returns its value at once; let a guard or a middleware wait for it';
  throw invalidOption(option, 'CacheModule.forRoot()', value, expected);
}

function requireContext({ context, where }: CallScope, placeholder: string): RequestContext {
  if (!context) throw new CacheError('CONTEXT_MISSING', { placeholder, where });
  return context;
}

function present(value: unknown, text: string, scope: CallScope, reason: string): unknown {
  if (value === MISSING || value === undefined || value === null) throw missing(text, scope, reason);
  return value;
}

function missing(placeholder: string, { where }: CallScope, reason: string): CacheError {
  return new CacheError('KEY_VALUE_MISSING', { placeholder, where, reason });
}

/** Reads and notes. That there was nothing is noted too: a default makes the key depend on it all the same. */
function noted(
  scope: CallScope,
  source: string,
  read: (context: RequestContext, scope: CallScope) => unknown,
): unknown {
  const context = requireContext(scope, source);
  scope.contextual.set(source, encodeSegment(undefined));
  const value = readingForKey(() => read(context, scope));
  scope.contextual.set(source, encodeSegment(value));
  return value;
}

/** An `ObjectId` has a text of its own; other objects would all have the same. */
function textOfObject(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  const { toString } = value as { toString?: unknown };
  if (typeof toString !== 'function' || toString === Object.prototype.toString) return undefined;
  const text: unknown = toString.call(value);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function isScalar(value: unknown): value is string | number | bigint | boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return !Number.isNaN(value);
  return typeof value === 'bigint' || typeof value === 'boolean';
}
