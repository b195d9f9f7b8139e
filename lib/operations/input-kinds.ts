import type { RequestRead } from '../core/request-read.js';

/** What an input of a method is, or which part of a request it is taken from. */
export type InputKind =
  | 'argument'
  | 'param'
  | 'query'
  | 'headers'
  | 'body'
  | 'rawBody'
  | 'ip'
  | 'host'
  | 'session'
  | 'cookies'
  | 'signedCookies'
  | 'files'
  | 'custom'
  | 'request'
  | 'response'
  | 'next'
  | 'args'
  | 'root'
  | 'context'
  | 'info'
  | 'payload'
  | 'client';

/** What a method can read that is none of its parameters: a request-scoped provider, and the object `arguments`. */
export const HIDDEN_INPUTS = ['this', 'arguments'] as const;

/** What a method can read from the request while it runs, and one header or cookie: `@headers.accept`. */
const READS: readonly string[] = ['user', 'session', 'headers', 'cookies', 'host'] satisfies RequestRead['part'][];
const SINGLE_READ = /^@(headers|cookies)\../;

/** Whether the option `ignore` means a part of the request that is read while the method runs. */
export function isReadName(name: string): boolean {
  return READS.includes(name) || SINGLE_READ.test(name);
}

/** By the number that begins the key of Nest's metadata, `RouteParamtypes`. */
const HTTP: Readonly<Record<string, InputKind>> = {
  0: 'request',
  1: 'response',
  2: 'next',
  3: 'body',
  4: 'query',
  5: 'param',
  6: 'headers',
  7: 'session',
  8: 'files',
  9: 'files',
  10: 'host',
  11: 'ip',
  12: 'rawBody',
  14: 'cookies',
  15: 'signedCookies',
};

/** What carries requests and answers: no key can hold it, and no hash is made of it. */
const CARRIERS: ReadonlySet<InputKind> = new Set(['request', 'response', 'next', 'context', 'info', 'client']);

/**
 * Kinds by what Nest's metadata of a handler's parameter begins with: a number, which means something else on each
 * transport, or the name of a decorator of the application.
 */
export function kindOfParameter(type: string, numbers: Readonly<Record<string, InputKind>> = HTTP): InputKind {
  return /^\d+$/.test(type) ? (numbers[type] ?? 'argument') : 'custom';
}

/** Whether the values of these inputs can be hashed into a key that names no input. */
export function isHashed(kind: InputKind | undefined): boolean {
  return kind === undefined || !CARRIERS.has(kind);
}

/** Every name of a kind that the option `ignore` takes. */
export const INPUT_KINDS: readonly string[] = [
  ...new Set<string>(Object.values(HTTP)),
  ...['argument', 'custom', 'args', 'root', 'context', 'info', 'payload', 'client'],
  ...HIDDEN_INPUTS,
];
