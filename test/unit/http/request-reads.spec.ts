import type { RequestRead } from '../../../lib/core/request-read.js';
import type { Frame } from '../../../lib/engine/frames.js';
import { Dependencies } from '../../../lib/engine/dependencies.js';
import { insideFrame, readingForKey } from '../../../lib/engine/frames.js';
import { watchReads } from '../../../lib/http/request-reads.js';

/** A load whose key names nothing. */
function load(parent?: Frame, verdict: 'named' | 'undeclared' = 'undeclared'): Frame {
  const readRule = { where: 'A.b', key: 'public:a', judge: () => verdict };
  const contextual = new Map<string, string>();
  const base = { store: 'default', path: 'a', kind: 'load', flight: undefined } as const;
  const dependencies = new Dependencies(new Map());
  return { ...base, contextual, readRule, dependencies, parent, isActive: true, taint: undefined };
}

/** What is noticed of a read in a load of its own, while the request is watched. */
async function noticed<R extends object>(request: R, read: (request: R) => unknown): Promise<RequestRead | undefined> {
  const frame = load();
  const stop = watchReads({}, request);
  await insideFrame(frame, () => read(request));
  stop();
  return frame.taint?.kind === 'request-read' ? frame.taint.read : undefined;
}

class Decorated {
  readonly headers = { 'x-tenant': 'acme' };
  get user(): string {
    return this.headers['x-tenant'];
  }
}

describe('a request that is watched', () => {
  it('tells of a getter on its prototype by its own name, not by what it reads', async () => {
    expect(await noticed(new Decorated(), ({ user }) => user)).toEqual({ part: 'user', name: 'user' });
  });

  it('tells of a getter of its own by its name', async () => {
    const request = {
      headers: { a: 1 },
      get session() {
        return this.headers.a;
      },
    };
    expect(await noticed(request, ({ session }) => session)).toEqual({ part: 'session' });
    expect(Object.getOwnPropertyDescriptor(request, 'session')?.get).toBeDefined();
  });

  it.each(['toString', 'hasOwnProperty', 'constructor', 'then', 'toJSON', Symbol.iterator])(
    'does not tell of what any object is asked for: %p',
    async (name) => {
      expect(await noticed(new Decorated(), ({ headers }) => Reflect.get(headers, name) as unknown)).toBeUndefined();
    },
  );

  it('does not tell of what goes into a key', async () => {
    expect(await noticed(new Decorated(), (request) => readingForKey(() => request.user))).toBeUndefined();
  });

  it('is read as ever where it is frozen, before or meanwhile', async () => {
    const frozen = Object.freeze({ user: 1, raw: Object.freeze({ headers: { a: 'b' } }) });
    expect(await noticed(frozen, ({ user, raw }) => expect([user, raw.headers.a]).toEqual([1, 'b']))).toBeUndefined();
    const request = { user: 1 };
    expect(await noticed(request, Object.freeze)).toBeUndefined();
    expect(request.user).toBe(1);
  });

  it('stays read-only where it was', async () => {
    const request = Object.defineProperty({} as { user: number }, 'user', { value: 1, configurable: true });
    await noticed(request, () => expect(() => (request.user = 2)).toThrow(TypeError));
    expect(request.user).toBe(1);
  });

  it('writes through to a setter', async () => {
    const written: number[] = [];
    const request = {
      get user() {
        return written.length;
      },
      set user(value: number) {
        written.push(value);
      },
    };
    await noticed(request, () => (request.user = 7));
    expect([written, request.user]).toEqual([[7], 1]);
  });

  it('keeps a prototype that it got meanwhile', async () => {
    const request = { user: 1 };
    const prototype = { other: true };
    await noticed(request, () => Object.setPrototypeOf(request, prototype) as unknown);
    expect(Object.getPrototypeOf(request)).toBe(prototype);
  });

  it('tells every load around one whose key names what it reads', async () => {
    const request = new Decorated();
    const outer = load();
    const inner = load(outer, 'named');
    const stop = watchReads({}, request);
    await insideFrame(outer, () => insideFrame(inner, () => request.user));
    stop();
    expect([inner.taint, outer.taint?.kind]).toEqual([undefined, 'request-read']);
  });

  it('is watched until the last load has ended', async () => {
    const request = new Decorated();
    const stops = [watchReads({}, request), watchReads({}, request)];
    stops[0]!();
    const frame = load();
    await insideFrame(frame, () => request.user);
    expect(frame.taint).toBeDefined();
    stops[1]!();
    expect(Object.getPrototypeOf(request)).toBe(Decorated.prototype);
  });
});
