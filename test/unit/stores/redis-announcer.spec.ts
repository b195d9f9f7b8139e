import type { CacheEvent } from '../../../lib/core/events.js';
import { ROOT_GROUP } from '../../../lib/keys/groups.js';
import { NearChanges } from '../../../lib/stores/near-changes.js';
import { RedisAnnouncer } from '../../../lib/stores/redis-announcer.js';
import type { RedisConnection } from '../../../lib/stores/redis-client.js';
import type { Script } from '../../../lib/stores/redis-change-scripts.js';
import { deleteScript } from '../../../lib/stores/redis-change-scripts.js';
import { RedisKeys } from '../../../lib/stores/redis-keys.js';
import { FakeClock, settled } from '../../../lib/testing/fake-clock.js';

const KEYS = new RedisKeys({ prefix: 'test', version: 1, name: 'default' });
const CHANNEL = 'test:~deleted';
const MARK = 'test:~gen:~all-published';
const NO_TRACKING = new Error('NOPERM this user has no permissions');
const PING_INTERVAL = 250;
const SILENCE_LIMIT = 5_000;

type Listener = (...values: unknown[]) => void;

/** A client whose server answers when a test says so, and on which the test speaks for the server. */
class FakeClient {
  status = 'ready';
  readonly said: string[] = [];
  readonly refusals: { CLIENT?: Error; PUBLISH?: Error; SUBSCRIBE?: Error } = {};
  isAnswering = true;
  readonly #listeners = new Map<string, Listener[]>();
  readonly #waiting: (() => void)[] = [];

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  off(): void {}

  emit(event: string, ...values: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...values);
  }

  async info(): Promise<string> {
    return 'run_id:run1\r\n';
  }

  async client(...words: unknown[]): Promise<number> {
    this.said.push(`CLIENT ${words.join(' ')}`);
    if (this.refusals.CLIENT) throw this.refusals.CLIENT;
    return 7;
  }

  async publish(channel: string, message: string): Promise<void> {
    this.said.push(`PUBLISH ${channel} ${message}`);
    if (this.refusals.PUBLISH) throw this.refusals.PUBLISH;
  }

  async subscribe(channel: string): Promise<void> {
    this.said.push(`SUBSCRIBE ${channel}`);
    if (this.refusals.SUBSCRIBE) throw this.refusals.SUBSCRIBE;
  }

  ping(): Promise<void> {
    this.said.push('PING');
    return new Promise((resolve) => {
      if (this.isAnswering) resolve();
      else this.#waiting.push(resolve);
    });
  }

  disconnect(isReconnecting = false): void {
    this.said.push(`disconnect ${isReconnecting}`);
  }

  answer(): void {
    this.isAnswering = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  announce(...keys: string[]): void {
    this.emit(
      'messageBuffer',
      Buffer.from('__redis__:invalidate'),
      keys.map((key) => Buffer.from(key)),
    );
  }

  publishes(message: unknown, channel = CHANNEL): void {
    this.emit('messageBuffer', Buffer.from(channel), Buffer.from(JSON.stringify(message)));
  }
}

/** An announcer, its connection, and the keys that it writes to hear of them. */
async function bench(client = new FakeClient()) {
  const clock = new FakeClock();
  const changes = new NearChanges();
  const canaries: string[] = [];
  const events: CacheEvent[] = [];
  const marks = new Map<string, string>();
  const commands = {
    async set(name: string, value: string) {
      if (name !== MARK) canaries.push(name);
      else if (!marks.has(name)) marks.set(name, value);
    },
    mget: async (names: string[]) => names.map((name) => marks.get(name) ?? null),
  };
  const server = { runId: 'run1' };
  const connection = {
    listener: async () => client,
    send: async (_: string, send: (to: unknown) => Promise<unknown>) => ({ value: await send(commands), ...server }),
    run: async (_: string, script: Script, [name]: string[], values: string[]) => {
      if (script === deleteScript && values.join() === `${CHANNEL},${MARK}`) canaries.push(name!);
    },
  } as unknown as RedisConnection;
  const tell = (event: CacheEvent) => void events.push(event);
  const announcer = new RedisAnnouncer({ name: 'default', keys: KEYS, connection, changes, tell, clock });
  announcer.open();
  await settled();
  return { client, clock, changes, canaries, commands, server, marks, events, announcer };
}

/** One that has heard its first message. */
async function listening() {
  const at = await bench();
  at.client.emit('ready');
  await settled();
  at.client.announce(at.canaries[0]!);
  await at.clock.advance(2 * PING_INTERVAL);
  return at;
}

/** One whose server tracks no keys, and that has heard its first message. */
async function listeningToStores() {
  const client = new FakeClient();
  client.refusals.CLIENT = NO_TRACKING;
  const at = await bench(client);
  client.emit('ready');
  await settled();
  client.publishes([at.canaries[0]!]);
  await at.clock.advance(2 * PING_INTERVAL);
  return at;
}

describe('what hears the announcements of a server', () => {
  it('has one connection track keys and listen', async () => {
    const { client } = await listening();
    expect(client.said.slice(0, 4)).toEqual([
      'CLIENT ID',
      'CLIENT TRACKING ON REDIRECT 7 BCAST PREFIX test:v1: PREFIX test:~gen:',
      'SUBSCRIBE __redis__:invalidate',
      'PING',
    ]);
  });

  it('knows nothing before it hears of a key that it wrote itself', async () => {
    const { client, clock, canaries, announcer } = await bench();
    client.emit('ready');
    await clock.advance(10 * PING_INTERVAL);
    client.announce(KEYS.generation('~canary:another'));
    await clock.advance(10 * PING_INTERVAL);
    expect(announcer.completeUntil).toBe(-Infinity);
    client.announce(canaries.at(-1)!);
    await clock.advance(PING_INTERVAL);
    expect(clock.monotonic() - announcer.completeUntil).toBeLessThanOrEqual(PING_INTERVAL);
  });

  it('knows what had been done when the last answered PING was sent', async () => {
    const { client, clock, announcer } = await listening();
    const before = announcer.completeUntil;
    client.isAnswering = false;
    await clock.advance(PING_INTERVAL);
    const sentAt = before + PING_INTERVAL;
    await clock.advance(1_000);
    expect(announcer.completeUntil).toBe(before);
    client.answer();
    await settled();
    expect(announcer.completeUntil).toBe(sentAt);
  });

  it('knows nothing while the connection is down, and not by what was answered before', async () => {
    const { client, clock, canaries, announcer } = await listening();
    client.isAnswering = false;
    await clock.advance(PING_INTERVAL);
    client.emit('close');
    expect(announcer.completeUntil).toBe(-Infinity);
    client.answer();
    await clock.advance(10 * PING_INTERVAL);
    expect(announcer.completeUntil).toBe(-Infinity);
    client.emit('ready');
    await settled();
    client.announce(canaries.at(-1)!);
    await clock.advance(2 * PING_INTERVAL);
    expect(announcer.completeUntil).toBeGreaterThan(0);
  });

  it('counts everything as changed once it listens again', async () => {
    const { client, changes } = await listening();
    client.emit('close');
    const { moment } = changes;
    client.emit('ready');
    await settled();
    expect(changes.hasChanged('anything', moment)).toBe(true);
  });

  it('notes the groups and paths of the keys that are announced, and everything where no key is', async () => {
    const { client, changes } = await listening();
    const { moment } = changes;
    client.announce(KEYS.generation('blog'), KEYS.entry('blog:list'), 'foreign');
    expect(['blog', 'blog:list', 'other'].map((name) => changes.hasChanged(name, moment))).toEqual([true, true, false]);
    client.emit('messageBuffer', Buffer.from('__redis__:invalidate'), null);
    expect(changes.hasChanged('other', moment)).toBe(true);
  });

  it('is about entries of the server process that it hears', async () => {
    const { client, announcer } = await listening();
    const isAbout = (root: string) => announcer.isAbout({ groups: new Map([[ROOT_GROUP, root]]) } as never);
    expect([isAbout('run1.x'), isAbout('run2.x')]).toEqual([true, false]);
    client.emit('close');
    expect(isAbout('run1.x')).toBe(false);
  });

  it('gives up a connection on which nothing is answered', async () => {
    const { client, clock } = await listening();
    client.isAnswering = false;
    await clock.advance(SILENCE_LIMIT - 1);
    expect(client.said).not.toContain('disconnect true');
    await clock.advance(2 * PING_INTERVAL);
    expect(client.said).toContain('disconnect true');
  });

  it('says once that it may not listen in either way, and tries again what may pass', async () => {
    const { client, events } = await bench();
    const refusal = new Error('NOPERM this user may not publish');
    Object.assign(client.refusals, { CLIENT: NO_TRACKING, PUBLISH: refusal });
    for (let connection = 0; connection < 2; connection++) {
      client.emit('ready');
      await settled();
    }
    expect(events).toMatchObject([{ kind: 'changes-unheard', error: refusal }]);
    expect(client.said.join()).not.toMatch(/SUBSCRIBE|PING|disconnect/);
    client.refusals.CLIENT = new Error('BUSY Redis is busy running a script');
    client.emit('ready');
    await settled();
    expect(client.said.slice(-2)).toEqual(['CLIENT ID', 'disconnect true']);
  });

  it('ends its connection, and asks no more', async () => {
    const { client, clock, announcer } = await listening();
    await announcer.close();
    const { length } = client.said;
    expect(client.said.at(-1)).toBe('disconnect false');
    await clock.advance(10 * PING_INTERVAL);
    expect(client.said).toHaveLength(length);
    expect(announcer.completeUntil).toBe(-Infinity);
  });
});

describe('what hears the stores, because their server does not track keys,', () => {
  it('publishes once, to see whether it may, and listens', async () => {
    const { client, events } = await listeningToStores();
    expect(client.said.slice(0, 4)).toEqual(['CLIENT ID', `PUBLISH ${CHANNEL} []`, `SUBSCRIBE ${CHANNEL}`, 'PING']);
    expect(events).toMatchObject([{ kind: 'keys-untracked', error: NO_TRACKING }]);
  });

  it('knows nothing before it hears of a deletion of its own', async () => {
    const client = new FakeClient();
    client.refusals.CLIENT = NO_TRACKING;
    const { clock, canaries, announcer } = await bench(client);
    client.emit('ready');
    client.publishes([KEYS.generation('~canary:another')]);
    await clock.advance(10 * PING_INTERVAL);
    client.announce(canaries.at(-1)!);
    await clock.advance(10 * PING_INTERVAL);
    expect(announcer.completeUntil).toBe(-Infinity);
    client.publishes([canaries.at(-1)!]);
    await clock.advance(PING_INTERVAL);
    expect(clock.monotonic() - announcer.completeUntil).toBeLessThanOrEqual(PING_INTERVAL);
  });

  it('notes the groups and paths that were deleted, and everything where it does not understand', async () => {
    const { client, changes } = await listeningToStores();
    const since = changes.moment;
    client.publishes([KEYS.generation('blog'), KEYS.entry('blog:list')]);
    client.publishes([KEYS.generation('elsewhere')], 'another:~deleted');
    const names = ['blog', 'blog:list', 'elsewhere'];
    expect(names.map((name) => changes.hasChanged(name, since))).toEqual([true, true, false]);
    for (const strange of ['"', 'null', '{}', '[1]']) {
      const { moment } = changes;
      client.emit('messageBuffer', Buffer.from(CHANNEL), Buffer.from(strange));
      expect({ strange, isChange: changes.hasChanged('elsewhere', moment) }).toEqual({ strange, isChange: true });
    }
  });

  it('counts everything as changed when the mark is gone, or is another one', async () => {
    const { clock, changes, marks, announcer } = await listeningToStores();
    for (const lose of [() => marks.clear(), () => marks.set(MARK, 'that of another process')]) {
      const [before, { moment }] = [announcer.completeUntil, changes];
      lose();
      await clock.advance(PING_INTERVAL);
      expect(announcer.completeUntil).toBe(before);
      expect(changes.hasChanged('anything', moment)).toBe(true);
      await clock.advance(PING_INTERVAL);
      expect(announcer.completeUntil).toBeGreaterThan(before);
    }
  });

  it('knows nothing while it sees the mark of another server process than that which it hears', async () => {
    const { clock, server, announcer } = await listeningToStores();
    const before = announcer.completeUntil;
    server.runId = 'run2';
    await clock.advance(2 * PING_INTERVAL);
    expect(announcer.completeUntil).toBe(before);
    server.runId = 'run1';
    await clock.advance(PING_INTERVAL);
    expect(announcer.completeUntil).toBeGreaterThan(before);
  });

  it('knows nothing while it cannot look at the mark, or has none', async () => {
    const { clock, commands, announcer } = await listeningToStores();
    const before = announcer.completeUntil;
    const { mget } = commands;
    for (const strange of [() => Promise.reject(new Error('away')), async () => [null]]) {
      commands.mget = strange;
      await clock.advance(2 * PING_INTERVAL);
      expect(announcer.completeUntil).toBe(before);
    }
    commands.mget = mget;
    await clock.advance(2 * PING_INTERVAL);
    expect(announcer.completeUntil).toBeGreaterThan(before);
  });

  it('ends the tracking of keys that it may not hear of', async () => {
    const client = new FakeClient();
    client.refusals.SUBSCRIBE = new Error('NOPERM this user may not subscribe to this channel');
    await bench(client);
    client.emit('ready');
    await settled();
    expect(client.said.slice(2)).toEqual([
      'SUBSCRIBE __redis__:invalidate',
      'CLIENT TRACKING OFF',
      `PUBLISH ${CHANNEL} []`,
      `SUBSCRIBE ${CHANNEL}`,
    ]);
  });

  it('has keys tracked again where a connection allows it', async () => {
    const { client } = await listeningToStores();
    delete client.refusals.CLIENT;
    client.emit('close');
    client.emit('ready');
    await settled();
    expect(client.said.slice(-2)).toEqual(['SUBSCRIBE __redis__:invalidate', 'PING']);
  });
});
