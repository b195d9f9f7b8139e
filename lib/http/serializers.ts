import type { ExpressResponse, FastifyReply, PlatformResponse } from './adapter.js';
import { isFastify } from './adapter.js';

/** The hooks of a route of Fastify that are given the body of its answers. */
interface BodyHooks {
  readonly preSerialization: readonly unknown[] | null;
  readonly onSend: readonly unknown[] | null;
}

/** Settings of Express by which it makes other JSON than `JSON.stringify`. */
const JSON_SETTINGS = ['json spaces', 'json replacer', 'json escape'];
/** Under which of these Fastify looks for a schema that writes the body. */
const SCHEMAS = [200, '2xx', 'default'];

/** Whether a platform makes of an object what `JSON.stringify` makes of it, as far as that is known before. */
export function writesPlainJson(response: PlatformResponse): boolean {
  return isFastify(response) ? isPlainOnFastify(response) : isPlainOnExpress(response as ExpressResponse);
}

/** Whether Express makes of an object what `JSON.stringify` makes of it. */
export function isPlainOnExpress(response: ExpressResponse): boolean {
  const { app } = response;
  const isReplaced = Object.hasOwn(response, 'json') || Object.hasOwn(app.response, 'json');
  return !isReplaced && JSON_SETTINGS.every((setting) => !app.get(setting));
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
