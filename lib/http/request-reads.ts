import type { RequestRead } from '../core/request-read.js';
import { isWatched, noteRead, readingForKey } from '../engine/frames.js';

type Part = RequestRead['part'];

/** What a request of Express, Fastify or Node says about its client, by the property that says it. */
const PARTS: Readonly<Record<string, { readonly part: Part; readonly isTable?: boolean }>> = {
  user: { part: 'user' },
  auth: { part: 'user' },
  session: { part: 'session' },
  headers: { part: 'headers', isTable: true },
  headersDistinct: { part: 'headers', isTable: true },
  rawHeaders: { part: 'headers' },
  cookies: { part: 'cookies', isTable: true },
  signedCookies: { part: 'cookies', isTable: true },
  hostname: { part: 'host' },
};

/** What the language itself asks any object for. */
const NEUTRAL = new Set(['then', 'toJSON', ...Object.getOwnPropertyNames(Object.prototype)]);

/** What says who is signed in. */
interface WatchedContext {
  readonly user?: unknown;
}

/** The objects being watched, by how many loads, and how to stop. */
const watched = new WeakMap<object, { loads: number; readonly stop: () => void }>();
/** The tables that were handed out, so that one table stays one object. */
const tables = new WeakMap<object, object>();

/**
 * Notices what a load reads of its request, of what carries it, and of the request of Node in it, until the returned
 * function is called. Everybody else may use them meanwhile: what counts is in which load a read happens. What cannot
 * be changed is not watched. The user counts under whatever name the request holds it.
 */
export function watchReads(context: WatchedContext, ...requests: readonly object[]): () => void {
  const nodes = requests.map((request) => (request as { raw?: unknown }).raw);
  const user = userOf(context);
  const stops = [...requests, ...nodes].filter(isObject).map((each) => watch(each, user));
  return () => stops.forEach((stop) => stop());
}

/** A load does not fail because nobody can say who is signed in. */
function userOf(context: WatchedContext): unknown {
  try {
    return readingForKey(() => context.user);
  } catch {
    return undefined;
  }
}

function watch(object: object, user: unknown): () => void {
  let entry = watched.get(object);
  if (!entry) watched.set(object, (entry = { loads: 0, stop: install(object, user) }));
  const { stop } = entry;
  entry.loads++;
  return () => {
    if (--entry.loads > 0) return;
    watched.delete(object);
    stop();
  };
}

/** Own properties are replaced; what is inherited, or not there at all, is noticed where it is looked for next. */
function install(object: object, user: unknown): () => void {
  const prototype = Object.getPrototypeOf(object) as object | null;
  const watching = new Proxy(Object.create(prototype) as object, {
    get: (target, name, receiver) =>
      Object.hasOwn(PARTS, name)
        ? noticed(
            name as string,
            readingForKey(() => Reflect.get(target, name, receiver) as unknown),
          )
        : (Reflect.get(target, name, receiver) as unknown),
  });
  if (!Reflect.setPrototypeOf(object, watching)) return () => {};
  const names = new Set([...Object.keys(PARTS), ...namesOf(user, object)]);
  const restores = [...names].map((name) => watchOwn(object, name));
  return () => {
    restores.forEach((restore) => restore());
    if (Object.getPrototypeOf(object) === watching) Reflect.setPrototypeOf(object, prototype);
  };
}

/** The properties that hold the user, of which only the option `user` knew. */
function namesOf(user: unknown, object: object): string[] {
  if (!isObject(user) && typeof user !== 'string') return [];
  const properties = Object.entries(Object.getOwnPropertyDescriptors(object));
  return properties.filter(([, { value }]) => value === user).map(([name]) => name);
}

function watchOwn(object: object, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  if (!own?.configurable) return () => {};
  const kept = { value: own.value as unknown };
  const read = own.get?.bind(object) ?? (() => kept.value);
  const write = own.writable ? (value: unknown) => (kept.value = value) : own.set?.bind(object);
  const get = (): unknown => noticed(name, readingForKey(read));
  const { enumerable = false } = own;
  Object.defineProperty(object, name, { configurable: true, enumerable, get, ...(write && { set: write }) });
  return () => {
    if (Object.getOwnPropertyDescriptor(object, name)?.get !== get) return;
    // Fails where somebody has frozen the request meanwhile.
    Reflect.defineProperty(object, name, 'value' in own ? { ...own, ...kept } : own);
  };
}

/** The value of a property that was read. A table is handed out so that it tells which of its names is looked for. */
function noticed(property: string, value: unknown): unknown {
  const { part, isTable = false } = PARTS[property] ?? { part: 'user' as const };
  if (!isTable) noteRead({ part, name: part === 'user' ? property : undefined });
  return isTable && isObject(value) && isWatched({ part }) ? tableOf(value, part) : value;
}

function tableOf(table: object, part: Part): object {
  const known = tables.get(table);
  if (known) return known;
  const note = (name: string | symbol): void => {
    if (typeof name === 'symbol' || NEUTRAL.has(name)) return;
    noteRead({ part, name: part === 'headers' ? name.toLowerCase() : name });
  };
  const watching = new Proxy(table, {
    get(target, name, receiver) {
      note(name);
      return Reflect.get(target, name, receiver) as unknown;
    },
    has(target, name) {
      note(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      note(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      noteRead({ part });
      return Reflect.ownKeys(target);
    },
  });
  tables.set(table, watching);
  return watching;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
