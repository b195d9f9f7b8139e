import 'reflect-metadata';
import type { InputKind } from './input-kinds.js';

/** What calls a method: a transport, which makes it a handler of some kind, or nothing but code. */
export type MethodKind =
  'http' | 'query' | 'mutation' | 'subscription' | 'field' | 'reference' | 'message' | 'event' | 'websocket' | 'plain';

/** How a transport hands a handler its arguments. */
export interface Transport {
  /** As `ExecutionContext.getType()` says it. */
  readonly type: 'graphql' | 'rpc' | 'ws';
  /** What the numbers in Nest's metadata of parameters mean. */
  readonly kinds: Readonly<Record<string, InputKind>>;
  /** What a handler gets none of whose parameters is decorated, by position. */
  readonly undecorated: readonly InputKind[];
  /** It delivers the values of an Observable one by one, not the last of them. */
  readonly streams: boolean;
}

/** A function's metadata under a key, from the class of the object or from the class that declares the method. */
export type MetadataOf = (key: string) => unknown;

const GRAPHQL: Transport = {
  type: 'graphql',
  kinds: { 0: 'root', 1: 'context', 2: 'info', 3: 'args' },
  undecorated: ['root', 'args', 'context', 'info'],
  streams: false,
};
/** References of a federation are resolved without arguments. */
const REFERENCES: Transport = { ...GRAPHQL, undecorated: ['root', 'context', 'info'] };
const MESSAGES: Transport = {
  type: 'rpc',
  kinds: { 3: 'payload', 6: 'context', 9: 'context' },
  undecorated: ['payload', 'context', 'context'],
  streams: true,
};
const WEBSOCKETS: Transport = {
  type: 'ws',
  kinds: { 0: 'client', 3: 'payload', 13: 'response' },
  undecorated: ['client', 'payload', 'response'],
  streams: true,
};

/** The transports besides HTTP, by the kinds of their handlers. */
const TRANSPORTS: Readonly<Partial<Record<MethodKind, Transport>>> = {
  query: GRAPHQL,
  mutation: GRAPHQL,
  subscription: GRAPHQL,
  field: GRAPHQL,
  reference: REFERENCES,
  message: MESSAGES,
  event: MESSAGES,
  websocket: WEBSOCKETS,
};

const RESOLVERS: Readonly<Record<string, MethodKind>> = {
  Query: 'query',
  Mutation: 'mutation',
  Subscription: 'subscription',
};
/** The number by which Nest tells handlers of events from those of messages. */
const EVENT = 2;

/** What a method is, from the metadata of Nest's decorators. */
export function methodKind(metadataOf: MetadataOf): MethodKind {
  if (['path', '__sse__'].some((key) => metadataOf(key) !== undefined)) return 'http';
  const resolver = RESOLVERS[String(metadataOf('graphql:resolver_type'))];
  if (resolver) return resolver;
  if (metadataOf('graphql:resolve_property') === true) return 'field';
  if (metadataOf('graphql:resolve_reference') === true) return 'reference';
  if (metadataOf('microservices:pattern') !== undefined) {
    return metadataOf('microservices:handler_type') === EVENT ? 'event' : 'message';
  }
  return metadataOf('websockets:message_mapping') === true ? 'websocket' : 'plain';
}

/** The transport of a kind of method; undefined for HTTP and for code. */
export function transportOf(kind: MethodKind): Transport | undefined {
  return TRANSPORTS[kind];
}
