import type { Address, Entry } from '../../../lib/core/entry.js';
import { ROOT_GROUP, entryGroup } from '../../../lib/keys/groups.js';
import { RedisEntries } from '../../../lib/stores/redis-entries.js';
import { RedisKeys } from '../../../lib/stores/redis-keys.js';
import { RedisReads } from '../../../lib/stores/redis-reads.js';
import type { RedisTopology, Shard } from '../../../lib/stores/redis-topology.js';
import { PLAIN_HEADER } from '../../support/entry-headers.js';
import { Gate } from '../../support/gate.js';

const NAMESPACE = { prefix: 'test', version: 1, name: 'default' };
const PATH = 'blog:list';
const GROUPS = new Map([
  [ROOT_GROUP, 'run1.root'],
  ['blog', 'id'],
]);
const ADDRESS: Address = { path: PATH, groups: [...GROUPS.keys()] };

function entryOf(token: string): Entry {
  return { header: { ...PLAIN_HEADER, token, groups: GROUPS }, payload: '"x"' };
}

const COPY = entryOf('token.1');

/** A server with one entry, of which each process that answers may be another. */
class FakeServer {
  readonly commands: string[] = [];
  readonly keys = new RedisKeys(NAMESPACE);
  entry = COPY;
  isGone = false;
  isForeign = false;
  generations = GROUPS;
  headFrom = 'run1';
  /** Where the answers to questions for heads wait. */
  gate: Gate | undefined;

  readonly #entries = new RedisEntries({});
  readonly #shard = {
    keys: this.keys,
    connection: async () => ({
      send: async (_: string, send: (commands: unknown) => Promise<unknown>) => {
        const length = this.commands.length;
        const value = await send(this);
        const isHead = this.commands[length]?.startsWith('GETRANGE') ?? false;
        return { value, runId: isHead ? this.headFrom : 'run1' };
      },
    }),
  } as unknown as Shard;

  readonly reads = new RedisReads({ shardOf: () => this.#shard } as unknown as RedisTopology, this.#entries);

  async getrange(name: string, start: number, end: number): Promise<string> {
    this.commands.push(`GETRANGE ${name} ${start} ${end}`);
    await this.gate?.pass();
    if (this.isForeign) throw new Error('WRONGTYPE Operation against a key holding the wrong kind of value');
    return (await this.#text())?.slice(start, end + 1) ?? '';
  }

  async mget(names: string[]): Promise<(string | null)[]> {
    this.commands.push(`MGET ${names.length}`);
    const text = await this.#text();
    return names.map((name) =>
      name === this.keys.entry(PATH) ? text : (this.generations.get(this.keys.nameOf(name)) ?? null),
    );
  }

  async #text(): Promise<string | null> {
    if (this.isGone || this.isForeign) return null;
    const { header } = this.entry;
    const lease = { path: PATH, token: header.token, generations: header.groups, buckets: [] };
    return (await this.#entries.write(this.entry, lease)).join('\n');
  }
}

describe('asking whether a copy is still what the server has', () => {
  it('takes the beginning of the entry and the generations, and brings no payload', async () => {
    const server = new FakeServer();
    const snapshot = await server.reads.validate(ADDRESS, COPY);
    expect(snapshot?.entry).toBe(COPY);
    expect(snapshot?.generations).toEqual(GROUPS);
    expect(server.commands.toSorted()).toEqual(['GETRANGE test:v1:blog:list 0 47', 'MGET 2']);
  });

  it('shows the present generations, also of groups that only the reader names', async () => {
    const server = new FakeServer();
    server.generations = new Map([...GROUPS, ['blog', 'another'], ['~tag:posts', 'tag']]);
    const snapshot = await server.reads.validate({ path: PATH, groups: [...ADDRESS.groups, '~tag:posts'] }, COPY);
    expect(snapshot?.generations).toEqual(server.generations);
  });

  it('shows the generation of the entry itself where something is built from it', async () => {
    const server = new FakeServer();
    server.generations = new Map([...GROUPS, [entryGroup(PATH), 'own']]);
    expect((await server.reads.validate({ ...ADDRESS, isDependedOn: true }, COPY))?.own).toBe('own');
    expect((await server.reads.validate(ADDRESS, COPY))?.own).toBeUndefined();
  });

  it('reads the entry when another fill wrote it', async () => {
    const server = new FakeServer();
    server.entry = entryOf('token.12');
    expect((await server.reads.validate(ADDRESS, COPY))?.entry.header.token).toBe('token.12');
    server.entry = entryOf('token');
    expect((await server.reads.validate(ADDRESS, COPY))?.entry.header.token).toBe('token');
  });

  it('finds nothing where there is no entry any more, or a key of another type', async () => {
    const server = new FakeServer();
    server.isForeign = true;
    expect(await server.reads.validate(ADDRESS, COPY)).toBeUndefined();
    server.isForeign = false;
    server.isGone = true;
    expect(await server.reads.validate(ADDRESS, COPY)).toBeUndefined();
  });

  it('asks for nothing more where there is no entry', async () => {
    const server = new FakeServer();
    server.isGone = true;
    await server.reads.validate(ADDRESS, COPY);
    expect(server.commands).toHaveLength(2);
  });

  it('finds nothing when the two answers came from two processes of the server', async () => {
    const server = new FakeServer();
    server.headFrom = 'run2';
    expect(await server.reads.validate(ADDRESS, COPY)).toBeUndefined();
  });

  it('finds nothing when the root is not of the process that answered', async () => {
    const server = new FakeServer();
    server.generations = new Map([...GROUPS, [ROOT_GROUP, 'run0.root']]);
    expect(await server.reads.validate(ADDRESS, COPY)).toBeUndefined();
  });

  it('asks once for everybody who asks in one tick', async () => {
    const server = new FakeServer();
    await Promise.all(Array.from({ length: 20 }, () => server.reads.validate(ADDRESS, COPY)));
    expect(server.commands.toSorted()).toEqual(['GETRANGE test:v1:blog:list 0 47', 'MGET 2']);
  });

  it('asks again for whoever comes after the question was sent', async () => {
    const server = new FakeServer();
    const gate = (server.gate = new Gate());
    const first = server.reads.validate(ADDRESS, COPY);
    await gate.reached;
    server.gate = undefined;
    server.isGone = true;
    const second = server.reads.validate(ADDRESS, COPY);
    expect(await second).toBeUndefined();
    gate.open();
    await first;
    expect(server.commands.filter((command) => command.startsWith('GETRANGE'))).toHaveLength(2);
  });

  it('fails as one failure, said of the generations', async () => {
    const server = new FakeServer();
    server.getrange = () => Promise.reject(new Error('no head'));
    server.mget = () => Promise.reject(new Error('no answer'));
    await expect(server.reads.validate(ADDRESS, COPY)).rejects.toThrow('no answer');
  });
});
