import { createHash } from 'node:crypto';
import type { ExpressResponse, FastifyReply, PlatformResponse } from './adapter.js';
import { isFastify } from './adapter.js';

/** The hooks of a route of Fastify that are given the body of its answers. */
interface BodyHooks {
  readonly preSerialization: readonly unknown[] | null;
  readonly onSend: readonly unknown[] | null;
}

/** Settings of Express by which it makes other JSON than `JSON.stringify`. */
const JSON_SETTINGS = ['json spaces', 'json replacer', 'json escape'];
/**
 * What Express has under these names is known by its text only: anybody may have put something else there, on any of the
 * prototypes of a response. All releases of Express 5 have the same `json`, of which this is the hash; its `send` calls no
 * other one.
 */
const OF_EXPRESS: Record<'json' | 'send', (text: string) => boolean> = {
  json: (text) => createHash('sha256').update(text).digest('hex') === JSON_OF_EXPRESS,
  send: (text) => /^functionsend\(body\)\{.*app\.get\('etagfn'\).*\}$/.test(text) && !/\.(call|apply)\(/.test(text),
};
const JSON_OF_EXPRESS = 'f881427b5831387309d213a9548f6f651dfeaded7c8e0ec698342e0e226a2fdc';
/** Comments, spaces, and semicolons at the end of a line. */
const UNIMPORTANT = /\/\/.*|;$|\s+/gm;
const known = new WeakMap<ExpressResponse['send'], boolean>();
/** Under which of these Fastify looks for a schema that writes the body. */
const SCHEMAS = [200, '2xx', 'default'];

/** Whether a platform makes of an object what `JSON.stringify` makes of it, as far as that is known before. */
export function writesPlainJson(response: PlatformResponse): boolean {
  return isFastify(response) ? isPlainOnFastify(response) : isPlainOnExpress(response as ExpressResponse);
}

/** Whether Express makes of an object what `JSON.stringify` makes of it. */
export function isPlainOnExpress(response: ExpressResponse): boolean {
  const { app } = response;
  return isOfExpress(response, 'json') && JSON_SETTINGS.every((setting) => !app.get(setting));
}

/** Whether nobody has put a method of his own in the place of that of Express. */
export function isOfExpress(response: ExpressResponse, name: keyof typeof OF_EXPRESS): boolean {
  const method = response[name];
  let isKnown = known.get(method);
  if (isKnown === undefined) {
    isKnown = OF_EXPRESS[name](Function.prototype.toString.call(method).replace(UNIMPORTANT, ''));
    known.set(method, isKnown);
  }
  return isKnown;
}

/** Whether Fastify makes of an object what `JSON.stringify` makes of it, and shows it to no hook before. */
export function isPlainOnFastify(reply: FastifyReply): boolean {
  if (Object.hasOwn(reply, 'send')) return false;
  const route = routeOf(reply);
  if (!route || route.preSerialization !== null || internalOf(reply, 'fastify.reply.serializer') !== null) return false;
  if ((internalOf(route, 'fastify.replySerializerDefault') ?? null) !== null) return false;
  return SCHEMAS.every((status) => reply.getSerializationFunction(status) === undefined);
}

/** How many hooks of Fastify may look at a body. */
export function countBodyHooks(reply: FastifyReply): number {
  const route = routeOf(reply);
  return route ? (route.preSerialization?.length ?? 0) + (route.onSend?.length ?? 0) : Infinity;
}

function routeOf({ request }: FastifyReply): BodyHooks | undefined {
  return (internalOf(request, 'fastify.context') || undefined) as BodyHooks | undefined;
}

/** The symbols of Fastify, by their names; another copy of it has others. */
const symbols = new Map<string, symbol>();

/** What Fastify shows nobody, by the name of its symbol; false in a version that keeps it elsewhere. */
function internalOf(owner: object, name: string): unknown {
  let key = symbols.get(name);
  if (key === undefined || !Object.hasOwn(owner, key)) {
    key = Object.getOwnPropertySymbols(owner).find(({ description }) => description === name);
    if (key === undefined) return false;
    symbols.set(name, key);
  }
  return (owner as Record<symbol, unknown>)[key];
}
