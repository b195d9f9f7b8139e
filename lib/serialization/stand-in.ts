import { setData } from './properties.js';

/** What is read of any result to find out whether it is a promise or an Observable; data never is. */
const ASKED_OF_ALL: readonly unknown[] = ['then', 'lift'];

/**
 * An object or array that is parsed when somebody looks into it, and not if nobody does. It is a Proxy, which
 * `structuredClone` refuses and `console.log` shows empty, so that only code which knows of it may get it.
 *
 * @param payload JSON of an object or an array
 */
export function standInFor(payload: string): object {
  const standIn = new StandIn(payload);
  const proxy = new Proxy(standIn.target, standIn);
  new Mark(proxy, standIn);
  return proxy;
}

export function isStandIn(value: unknown): boolean {
  return Mark.of(value) !== undefined;
}

/** The value that a stand-in stands for; anything else as it is. */
export function genuine<T>(value: T): T {
  const standIn = Mark.of(value);
  return standIn ? (standIn.read() as T) : value;
}

class StandIn implements ProxyHandler<object> {
  /** Becomes the value itself, so that a Proxy has nothing to hide. */
  readonly target: object;
  #payload: string | undefined;

  constructor(payload: string) {
    this.target = payload.startsWith('[') ? [] : {};
    this.#payload = payload;
  }

  /** @throws SyntaxError where the payload is no JSON */
  read(): object {
    const payload = this.#payload;
    if (payload === undefined) return this.target;
    const parsed = JSON.parse(payload) as object;
    this.#payload = undefined;
    for (const [key, member] of Object.entries(parsed)) setData(this.target, key, member);
    return this.target;
  }

  /** Symbols name nothing in JSON, and what they name in its prototypes is there before. */
  get(target: object, name: string | symbol): unknown {
    const isAboutData = typeof name === 'string' && !ASKED_OF_ALL.includes(name);
    return Reflect.get(isAboutData ? this.read() : target, name);
  }

  set(_: object, name: string | symbol, value: unknown): boolean {
    return Reflect.set(this.read(), name, value);
  }

  has(_: object, name: string | symbol): boolean {
    return Reflect.has(this.read(), name);
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.read());
  }

  getOwnPropertyDescriptor(_: object, name: string | symbol): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.read(), name);
  }

  defineProperty(_: object, name: string | symbol, property: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.read(), name, property);
  }

  deleteProperty(_: object, name: string | symbol): boolean {
    return Reflect.deleteProperty(this.read(), name);
  }

  preventExtensions(): boolean {
    return Reflect.preventExtensions(this.read());
  }
}

class Given {
  constructor(object: object) {
    return object;
  }
}

/**
 * Tells a Proxy made here from any other object, and from one around it. A private member, because what a WeakMap holds
 * survives every minor garbage collection of V8: each payload that was sent would be copied twice, and wait for a major one.
 */
class Mark extends Given {
  readonly #standIn: StandIn;

  constructor(proxy: object, standIn: StandIn) {
    super(proxy);
    this.#standIn = standIn;
  }

  static of(value: unknown): StandIn | undefined {
    return typeof value === 'object' && value !== null && #standIn in value ? value.#standIn : undefined;
  }
}
