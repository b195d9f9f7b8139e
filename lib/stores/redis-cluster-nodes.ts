import { sleep, systemClock } from '../core/clock.js';
import { CircuitBreaker } from '../resilience/circuit-breaker.js';
import { withDeadline } from '../resilience/deadline.js';
import { RedisAbsence } from './redis-absence.js';
import { CONNECT_DEADLINE, CONNECT_POLL, RedisConnection } from './redis-client.js';
import type { ClusterClient, RedisClient } from './redis-commands.js';
import type { CommandSettings } from './redis-failures.js';
import { LateReply, RedisFailures, quoted } from './redis-failures.js';
import { makeCluster } from './redis-made-client.js';
import { SHARD_TAGS, slotOf } from './redis-shards.js';
import type { RedisClusterOptions } from './redis-target.js';

/** The slot map is asked for no more often than this, in milliseconds, however much fails meanwhile. */
const LEAST_REFRESH = 100;
const SHARD_SLOTS = SHARD_TAGS.map(slotOf);

/** A node with slots. */
interface Master {
  readonly connection: RedisConnection;
  readonly breaker: CircuitBreaker;
}

export type ClusterTarget = RedisClusterOptions | { client: ClusterClient };

/**
 * The masters of a cluster, each with a connection of its own, so that it is known which process answered. The client
 * of the cluster is asked for its slot map and its nodes, and sends what any node may have to carry out.
 */
export class ClusterNodes {
  readonly #failures: RedisFailures;
  readonly #masters = new Map<RedisClient, Master>();
  #cluster: Promise<ClusterClient> | undefined;
  #absence: RedisAbsence | undefined;
  #isClosed = false;
  #refreshedAt = -Infinity;

  constructor(
    private readonly target: ClusterTarget,
    private readonly settings: CommandSettings,
  ) {
    this.#failures = new RedisFailures({ ...settings, isPart: () => this.#hasOthers() });
  }

  /** Waits a second at most until every shard has a master that answers. @throws CacheError `STORE_UNAVAILABLE` */
  async connect(): Promise<void> {
    const cluster = await this.#open('connect');
    const deadline = systemClock.monotonic() + CONNECT_DEADLINE;
    while (SHARD_SLOTS.some((slot) => masterOf(cluster, slot) === undefined)) {
      if (systemClock.monotonic() >= deadline) throw this.#failures.disconnected('connect');
      if (cluster.status === 'ready') this.#refresh(cluster);
      await sleep(systemClock, CONNECT_POLL);
    }
    await Promise.all(mastersIn(cluster).map((client) => this.#masterOf(cluster, client).connection.connect()));
  }

  /** The connection to the master of a slot. @throws CacheError `STORE_UNAVAILABLE` */
  async ownerOf(slot: number, operation: string): Promise<RedisConnection> {
    const cluster = await this.#open(operation);
    const client = masterOf(cluster, slot);
    if (client) {
      const { connection, breaker } = this.#masterOf(cluster, client);
      if (!breaker.refusal()) return connection;
    }
    this.#refresh(cluster);
    throw this.#failures.of(operation, 'a node is not connected, or hangs', this.#hasOthers());
  }

  /** The connections to the masters of all shards. */
  async masters(operation: string): Promise<RedisConnection[]> {
    const cluster = await this.#open(operation);
    return mastersIn(cluster).map((client) => this.#masterOf(cluster, client).connection);
  }

  /** Sends a command about one key wherever that is by now. @throws CacheError `STORE_UNAVAILABLE` */
  async sendAnywhere(operation: string, send: (cluster: ClusterClient) => Promise<unknown>): Promise<void> {
    const cluster = await this.#open(operation);
    try {
      await withDeadline(send(cluster), this.settings.commandTimeout, () => new LateReply());
    } catch (error) {
      throw this.#failures.from(operation, error);
    }
  }

  /** Ends a client of our own, also when nodes answer nothing, and lets go of a borrowed one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const cluster = await this.#cluster?.catch(ignore);
    for (const client of this.#masters.keys()) this.#forget(client);
    this.#absence?.stop();
    if (!cluster || 'client' in this.target || cluster.status === 'end') return;
    try {
      if (cluster.status !== 'ready') throw new LateReply();
      await withDeadline(cluster.quit(), this.settings.commandTimeout, () => new LateReply());
    } catch {
      cluster.disconnect();
    }
  }

  async #open(operation: string): Promise<ClusterClient> {
    if (this.#isClosed) throw this.#failures.of(operation, 'the store was closed');
    this.#cluster ??= this.#start();
    const cluster = await this.#cluster;
    if (cluster.status === 'wait') cluster.connect().catch(ignore);
    return cluster;
  }

  async #start(): Promise<ClusterClient> {
    const { target, settings } = this;
    const cluster = 'client' in target ? target.client : await makeCluster(target, settings.commandTimeout);
    this.#absence = new RedisAbsence(cluster, settings.reconnected ?? ignore);
    if ('client' in target) return cluster;
    cluster.on('error', (error) => (this.#failures.problem = `its connections failed with ${quoted(error)}`));
    cluster.on('ready', () => (this.#failures.problem = undefined));
    return cluster;
  }

  #masterOf(cluster: ClusterClient, client: RedisClient): Master {
    const known = this.#masters.get(client);
    if (known) return known;
    const settings = {
      ...this.settings,
      isPart: () => this.#hasOthers(),
      reconnected: undefined,
      slow: (error: unknown) => breaker.open(error),
    };
    const connection = new RedisConnection({ client }, settings, (error) => {
      if (error instanceof LateReply) breaker.open(error);
      this.#refresh(cluster);
    });
    // A node that hangs must not hold up whoever asks for its keys until another takes over.
    const breaker = new CircuitBreaker({
      clock: systemClock,
      threshold: Infinity,
      probe: async () => void (await connection.send('read', (commands) => commands.info('server'))),
      opened: ignore,
      closed: ignore,
    });
    const master = { connection, breaker };
    this.#masters.set(client, master);
    return master;
  }

  /** Whether there are nodes that can be asked, while another cannot. */
  #hasOthers(): boolean {
    return [...this.#masters].some(
      ([{ status }, { breaker }]) => status === 'ready' && breaker.state.kind === 'closed',
    );
  }

  #forget(client: RedisClient): void {
    const { connection, breaker } = this.#masters.get(client)!;
    this.#masters.delete(client);
    void breaker.stop();
    void connection.close();
  }

  /** Asks for the slot map anew, connects to masters that are new in it, and forgets who is gone. */
  #refresh(cluster: ClusterClient): void {
    const now = systemClock.monotonic();
    if (this.#isClosed || cluster.status !== 'ready' || now < this.#refreshedAt + LEAST_REFRESH) return;
    this.#refreshedAt = now;
    cluster.refreshSlotsCache(() => {
      if (this.#isClosed) return;
      const present = new Set(mastersIn(cluster));
      for (const client of this.#masters.keys()) if (!present.has(client)) this.#forget(client);
      for (const client of present) {
        if (client.status === 'wait') this.#masterOf(cluster, client).connection.connect().catch(ignore);
      }
    });
  }
}

/** Only masters are looked at, whatever the slot map says of its replicas. */
function masterOf(cluster: ClusterClient, slot: number): RedisClient | undefined {
  const address = cluster.slots[slot]?.[0];
  if (address === undefined) return undefined;
  return cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === address);
}

function mastersIn(cluster: ClusterClient): RedisClient[] {
  return [...new Set(SHARD_SLOTS.flatMap((slot) => masterOf(cluster, slot) ?? []))];
}

function ignore(): void {}
