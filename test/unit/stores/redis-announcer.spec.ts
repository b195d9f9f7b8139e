import type { CacheEvent } from '../../../lib/core/events.js';
import { ROOT_GROUP } from '../../../lib/keys/groups.js';
import { NearChanges } from '../../../lib/stores/near-changes.js';
import { RedisAnnouncer } from '../../../lib/stores/redis-announcer.js';
import type { RedisConnection } from '../../../lib/stores/redis-client.js';
import { RedisKeys } from '../../../lib/stores/redis-keys.js';
import { FakeClock, settled } from '../../../lib/testing/fake-clock.js';

const KEYS = new RedisKeys({ prefix: 'test', version: 1, name: 'default' });
const PING_INTERVAL = 250;
const SILENCE_LIMIT = 5_000;

type Listener = (...values: unknown[]) => void;

/** A client whose server answers when a test says so, and on which the test speaks for the server. */
class FakeClient {
  status = 'ready';
  readonly said: string[] = [];
  refusal: Error | undefined;
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
    if (this.refusal) throw this.refusal;
    return 7;
  }

  async subscribe(channel: string): Promise<void> {
    this.said.push(`SUBSCRIBE ${channel}`);
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
}

/** An announcer, its connection, and the keys that it writes to hear of them. */
async function bench(client = new FakeClient()) {
  const clock = new FakeClock();
  const changes = new NearChanges();
  const canaries: string[] = [];
  const events: CacheEvent[] = [];
  const set = async (name: string) => void canaries.push(name);
  const connection = {
    listener: async () => client,
    send: async (_: string, send: (commands: unknown) => Promise<unknown>) => send({ set }),
  } as unknown as RedisConnection;
  const tell = (event: CacheEvent) => void events.push(event);
  const announcer = new RedisAnnouncer({ name: 'default', keys: KEYS, connection, changes, tell, clock });
  announcer.open();
  await settled();
  return { client, clock, changes, canaries, events, announcer };
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

  it('says once that it may not listen, and tries again what may pass', async () => {
    const { client, events } = await bench();
    client.refusal = new Error('NOPERM this user has no permissions');
    for (let connection = 0; connection < 2; connection++) {
      client.emit('ready');
      await settled();
    }
    expect(events).toMatchObject([{ kind: 'changes-unheard', error: client.refusal }]);
    expect(client.said).not.toContain('disconnect true');
    client.refusal = new Error('BUSY Redis is busy running a script');
    client.emit('ready');
    await settled();
    expect(client.said).toContain('disconnect true');
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
