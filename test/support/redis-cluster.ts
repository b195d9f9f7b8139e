import type { Redis } from 'ioredis';
import type { NodeLine } from './cluster-node-lines.js';
import { covers, nodeLine } from './cluster-node-lines.js';
import { RedisAdmins } from './redis-admins.js';
import { reports } from './redis-reports.js';
import { RedisServer, freePort } from './redis.js';
import { until } from './until.js';

const MASTERS = 3;
const SLOTS = 16_384;
const DEADLINE_MS = 90_000;
const KEYS_AT_ONCE = 100;

/** Long enough for a busy machine to take no paused process for a dead one, in milliseconds. */
const NODE_TIMEOUT = 1_500;

/** A real cluster of three masters with one replica each, on free ports of the loopback interface. */
export class TestCluster {
  readonly #admins = new RedisAdmins();

  private constructor(private readonly servers: readonly RedisServer[]) {}

  /** Resolves once every node knows every other, and the replicas have what their masters have. */
  static async start(): Promise<TestCluster> {
    const servers = await Promise.all(Array.from({ length: 2 * MASTERS }, startNode));
    const cluster = new TestCluster(servers.map(({ server }) => server));
    try {
      await cluster.#form(servers);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Where clients find it. */
  get addresses(): { host: string; port: number }[] {
    return this.servers.map(({ host, port }) => ({ host, port }));
  }

  get urls(): string {
    return this.servers.map(({ url }) => url).join(',');
  }

  async masterOf(slot: number): Promise<RedisServer> {
    const lines = await this.#lines();
    const line = lines.find(({ slots, isFailed }) => !isFailed && slots.some((range) => covers(range, slot)));
    return this.#server(line);
  }

  async masters(): Promise<RedisServer[]> {
    const lines = await this.#lines();
    return lines
      .filter(({ isMaster, isFailed, slots }) => isMaster && !isFailed && slots.length > 0)
      .map((line) => this.#server(line));
  }

  async replicaOf(master: RedisServer): Promise<RedisServer> {
    const lines = await this.#lines();
    const { id } = lines.find(({ port }) => port === master.port)!;
    return this.#server(lines.find((line) => line.master === id && !line.isFailed));
  }

  /** A connection to one node, for what tests do by hand. */
  admin(server: RedisServer): Redis {
    return this.#admins.of(server);
  }

  /**
   * Kills a master and resolves once its replica has taken over.
   *
   * @param unheard is called just before: the replica hears nothing of what it does.
   */
  async failOver(master: RedisServer, unheard?: () => Promise<unknown>): Promise<RedisServer> {
    const replica = await this.replicaOf(master);
    if (unheard) await whileUnheard(replica, this.admin(master), unheard);
    await master.kill('SIGKILL');
    if (unheard) replica.resume();
    await this.untilMaster(replica);
    return replica;
  }

  /** Resolves once the replica of a master has what this has. It is only told of writes of the connection that asks. */
  async untilReplicated(master: RedisServer, tag: string): Promise<void> {
    const admin = this.admin(master);
    await admin.set(`{${tag}}`, 'written');
    await this.#until(async () => (await admin.wait(1, 1_000)) >= 1);
  }

  /** Makes the replica of a master take its place, which goes on as the replica, in the same process. */
  async swap(master: RedisServer): Promise<RedisServer> {
    const replica = await this.replicaOf(master);
    await this.admin(replica).cluster('FAILOVER', 'TAKEOVER');
    await this.untilMaster(replica);
    await this.untilReplica(master);
    return replica;
  }

  /** Resolves once a server is a master with slots in the eyes of every server that runs. */
  async untilMaster(server: RedisServer): Promise<void> {
    const others = this.servers.filter(({ isRunning }) => isRunning);
    const isSeen = async (by: RedisServer) =>
      (await this.#lines(by)).some(({ port, slots }) => port === server.port && slots.length > 0);
    await this.#until(async () => (await Promise.all(others.map(isSeen))).every(Boolean));
    await this.#until(async () => (await Promise.all(others.map((each) => this.#isWhole(each)))).every(Boolean));
  }

  /** Resolves once all take a server for a replica, and it has everything. */
  async untilReplica(server: RedisServer): Promise<void> {
    await this.#until(() => this.#isReplicating(server));
    const isSeen = async (by: RedisServer) =>
      (await this.#lines(by)).some(({ port, isFailed, isMaster }) => port === server.port && !isFailed && !isMaster);
    await this.#until(async () => (await Promise.all(this.servers.map(isSeen))).every(Boolean));
  }

  /** Starts a server again that was killed, and resolves once all take it for a replica and it has everything. */
  async rejoin(server: RedisServer): Promise<void> {
    await server.restart();
    await this.untilReplica(server);
  }

  /**
   * Moves a slot, as `redis-cli --cluster reshard` does.
   *
   * @param halfway is called while some of the keys are here and some there.
   */
  async move(slot: number, target: RedisServer, halfway: () => Promise<unknown> = async () => {}): Promise<void> {
    const source = await this.masterOf(slot);
    const [from, to] = [this.admin(source), this.admin(target)];
    const sourceId = await from.cluster('MYID');
    const targetId = await to.cluster('MYID');
    await to.cluster('SETSLOT', slot, 'IMPORTING', sourceId);
    await from.cluster('SETSLOT', slot, 'MIGRATING', targetId);
    const migrate = async (count: number): Promise<number> => {
      const keys = await from.cluster('GETKEYSINSLOT', slot, count);
      if (keys.length > 0) await from.migrate(target.host, target.port, '', 0, 5_000, 'KEYS', ...keys);
      return keys.length;
    };
    await migrate(Math.ceil(Number(await from.cluster('COUNTKEYSINSLOT', slot)) / 2));
    await halfway();
    while ((await migrate(KEYS_AT_ONCE)) > 0);
    for (const admin of [to, from]) await admin.cluster('SETSLOT', slot, 'NODE', targetId);
    const isKnown = async (by: RedisServer) =>
      (await this.#lines(by)).some(({ id, slots }) => id === targetId && slots.some((range) => covers(range, slot)));
    const running = this.servers.filter(({ isRunning }) => isRunning);
    await this.#until(async () => (await Promise.all(running.map(isKnown))).every(Boolean));
  }

  async stop(): Promise<void> {
    this.#admins.disconnect();
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  async #form(nodes: readonly Node[]): Promise<void> {
    const [masters, replicas] = [nodes.slice(0, MASTERS), nodes.slice(MASTERS)];
    for (const [index, { server }] of masters.entries()) {
      const start = Math.ceil((index * SLOTS) / MASTERS);
      const end = Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1;
      await this.admin(server).cluster('SET-CONFIG-EPOCH', index + 1);
      await this.admin(server).call('CLUSTER', 'ADDSLOTSRANGE', start, end);
    }
    for (const { server, busPort } of nodes.slice(1)) {
      await this.admin(nodes[0]!.server).call('CLUSTER', 'MEET', server.host, server.port, busPort);
    }
    await this.#until(async () => (await Promise.all(this.servers.map((each) => this.#isWhole(each)))).every(Boolean));
    for (const [index, { server }] of replicas.entries()) {
      const id = await this.admin(masters[index]!.server).cluster('MYID');
      await this.admin(server).cluster('REPLICATE', id);
    }
    for (const { server } of replicas) await this.#until(() => this.#isReplicating(server));
    const isKnown = async (by: RedisServer) =>
      (await this.#lines(by)).filter(({ isMaster }) => isMaster).length === MASTERS;
    await this.#until(async () => (await Promise.all(this.servers.map(isKnown))).every(Boolean));
  }

  /** Whether a node knows all others and takes the cluster for complete. */
  async #isWhole(server: RedisServer): Promise<boolean> {
    const info = await this.admin(server).cluster('INFO');
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${this.servers.length}`);
  }

  async #isReplicating(server: RedisServer): Promise<boolean> {
    const info = await this.admin(server)
      .info('replication')
      .catch(() => '');
    return info.includes('master_link_status:up') && info.includes('master_sync_in_progress:0');
  }

  async #until(ask: () => Promise<boolean>): Promise<void> {
    const what = async (by: RedisServer) =>
      `${String(await this.admin(by).cluster('NODES'))}${await this.admin(by).info('replication')}`;
    await until(ask, DEADLINE_MS, () => reports(this.servers.map((each) => [each, () => what(each)])));
  }

  /** What a node says of all, itself included. */
  async #lines(by = this.servers.find(({ isRunning }) => isRunning)!): Promise<NodeLine[]> {
    const text = (await this.admin(by).cluster('NODES')) as string;
    return text.trim().split('\n').map(nodeLine);
  }

  #server(line: NodeLine | undefined): RedisServer {
    const server = this.servers.find(({ port }) => port === line?.port);
    if (!server) throw new Error('No server of the cluster is what was asked for.');
    return server;
  }
}

/**
 * Does something that a replica does not hear of, and leaves it paused. What is on its way to a paused process would
 * still arrive, so the connection to it is closed first.
 */
export async function whileUnheard(replica: RedisServer, master: Redis, act: () => Promise<unknown>): Promise<void> {
  replica.pause();
  await master.call('CLIENT', 'KILL', 'TYPE', 'replica');
  await act();
}

interface Node {
  readonly server: RedisServer;
  readonly busPort: number;
}

async function startNode(): Promise<Node> {
  const busPort = await freePort();
  const args = [
    ...['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, '--cluster-node-timeout', `${NODE_TIMEOUT}`],
    ...['--cluster-allow-replica-migration', 'no', '--repl-diskless-sync-delay', '0'],
  ];
  return { server: await RedisServer.start({ args }), busPort };
}
