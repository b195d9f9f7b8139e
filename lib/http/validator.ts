import type { ExpressResponse, FastifyReply, PlatformResponse } from './adapter.js';
import { isFastify } from './adapter.js';
import { isNotModified } from './conditional.js';
import { genuine, isStandIn } from '../serialization/stand-in.js';
import { isRead } from './request-rules.js';
import { countBodyHooks, isOfExpress, isPlainOnExpress, isPlainOnFastify } from './serializers.js';
import type { PlatformRequest } from './sources.js';

/** An object on its way to the client, whose JSON is known. */
export interface KnownBody {
  /** A stand-in where nobody but Nest has had the object, so that its JSON is known without writing it once more. */
  readonly value: object;
  readonly json: string;
  /** The strong validator of that JSON, without quotes. */
  readonly etag: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const OK = 200;
const NOT_MODIFIED = 304;

/**
 * What Nest is to send, so that the client gets the known JSON, with a validator, or 304 if it has it already; but only
 * if the very object that is known reaches the platform, and what the platform and the hooks of the application make of
 * it is still the known JSON: somebody may have replaced it, or changed it in its place. In every other case the platform
 * answers as it would without a cache.
 */
export function toBeSent(response: PlatformResponse, request: PlatformRequest, known: KnownBody): object {
  if (!isRead(request.method)) return genuine(known.value);
  if (isFastify(response)) return onFastify(response, request, known);
  return onExpress(response as ExpressResponse, request, known);
}

function onExpress(response: ExpressResponse, request: PlatformRequest, known: KnownBody): object {
  if (!isSentAsItIs(response)) return genuine(known.value);
  const isPlain = isPlainOnExpress(response);
  const json = response.json.bind(response);
  const send = response.send.bind(response);
  response.json = (body) => {
    response.json = json;
    if (body !== known.value) return json(body);
    if (isPlain && isStandIn(body)) {
      if (response.getHeader('content-type') === undefined) response.header('Content-Type', JSON_TYPE);
      return validated(known.json);
    }
    response.send = validated;
    return json(genuine(body));
  };
  const validated = (body: unknown): unknown => {
    response.send = send;
    if (body === known.json && isUnmarked(response)) {
      response.header('ETag', isEncodedLater(response) ? `W/"${known.etag}"` : `"${known.etag}"`);
      if (isCurrent(response, request, known)) response.status(NOT_MODIFIED);
    }
    return response.send(body);
  };
  return known.value;
}

/** Without its own ETags an application wants none of ours; and what a `send` of its own does to a text shows nowhere. */
function isSentAsItIs(response: ExpressResponse): boolean {
  return typeof response.app.get('etag fn') === 'function' && isOfExpress(response, 'send');
}

/** RFC 9110, section 8.8.1: where a middleware replaces `write`, as those that compress do, the bytes may be others. */
function isEncodedLater(response: ExpressResponse): boolean {
  return Object.hasOwn(response, 'write');
}

/** What hooks make of a body shows when it is handed to Node, behind the header section, which has to wait for it. */
function onFastify(reply: FastifyReply, request: PlatformRequest, known: KnownBody): object {
  const isPlain = isPlainOnFastify(reply);
  const send = reply.send.bind(reply);
  reply.send = (body) => {
    reply.send = send;
    if (body !== known.value) return send(body);
    const isText = isPlain && isStandIn(body) && isTextOfJson(reply.getHeader('content-type'));
    const isSame = (sent: unknown): boolean =>
      sent === known.json || (sent === null && isSameForHead(reply, known, isText));
    beforeBody(reply, (sent) => isSame(sent) && isAnswered(reply, request, known));
    if (!isText) return send(genuine(body));
    if (reply.getHeader('content-type') === undefined) reply.header('Content-Type', JSON_TYPE);
    return send(known.json);
  };
  return known.value;
}

/** Whether Fastify sends a text of this type as it is, and an object as JSON. */
function isTextOfJson(type: unknown): boolean {
  return type === undefined || (typeof type === 'string' && /^[^;]*json/i.test(type));
}

/** For HEAD a hook of Fastify itself, behind all others, takes the body away. */
function isSameForHead(reply: FastifyReply, { value, json }: KnownBody, isText: boolean): boolean {
  return countBodyHooks(reply) === 1 && (isText || reply.serialize(genuine(value)) === json);
}

/** Adds the validator, and tells whether a 304 is enough. */
function isAnswered(reply: FastifyReply, request: PlatformRequest, known: KnownBody): boolean {
  if (!isUnmarked(reply)) return false;
  reply.header('ETag', `"${known.etag}"`);
  if (!isCurrent(reply, request, known)) return false;
  reply.removeHeader('Content-Type');
  // It would have to be that of the whole answer (RFC 9110, section 8.6).
  reply.removeHeader('Content-Length');
  return true;
}

/** Lets `isEnough` look at a whole body, and complete the fields of Fastify, before the header section is written. */
function beforeBody({ raw }: FastifyReply, isEnough: (body: unknown) => boolean): void {
  const writeHead = raw.writeHead.bind(raw);
  const end = raw.end.bind(raw);
  let held: [status: number, fields: unknown] | undefined;
  raw.writeHead = (status, fields) => {
    if (fields !== undefined) held = [status, fields];
    // Node asks for it where a body is written in parts.
    else if (held) writeHead(...held);
    else writeHead(status);
    return raw;
  };
  raw.end = (...body) => {
    if (!held) return end(...body);
    const [status, fields] = held;
    held = undefined;
    if (!isEnough(body[0])) {
      writeHead(status, fields);
      return end(...body);
    }
    writeHead(NOT_MODIFIED, fields);
    return end();
  };
}

/** RFC 9110, sections 13.2.1 and 8.8.3: conditions are for answers that succeed, and a validator has one author. */
function isUnmarked(response: PlatformResponse): boolean {
  return response.statusCode === OK && response.getHeader('etag') === undefined;
}

function isCurrent(response: PlatformResponse, { headers = {} }: PlatformRequest, { etag }: KnownBody): boolean {
  return isNotModified(headers, { etag, lastModified: response.getHeader('last-modified') });
}
