import { sleep, systemClock } from '../core/clock.js';
import { RECOVERY_TIME } from '../resilience/attempts.js';
import type { Outage } from '../resilience/circuit-breaker.js';
import { CircuitBreaker } from '../resilience/circuit-breaker.js';
import { withDeadline } from '../resilience/deadline.js';
import { RedisAbsence } from './redis-absence.js';
import { isFailing } from './redis-cluster-layout.js';
import { CONNECT_DEADLINE, CONNECT_POLL, RedisConnection } from './redis-client.js';
import type { ClusterClient, RedisClient } from './redis-commands.js';
import type { CommandSettings } from './redis-failures.js';
import { LateReply, RedisFailures, isClusterDown, isReply, quoted } from './redis-failures.js';
import { makeCluster } from './redis-made-client.js';
import { addressOf, isWhole, masterOf, mastersIn } from './redis-slot-map.js';
import type { RedisClusterOptions } from './redis-target.js';

/** The slot map is asked for no more often than this, in milliseconds, however much fails meanwhile. */
const LEAST_REFRESH = 100;

/** A node with slots. */
export interface Master {
  readonly connection: RedisConnection;
  /** Whether its keys are read and filled: one that is new, or that failed, must first be found to work. */
  readonly isTrusted: boolean;
}

interface KnownMaster extends Master {
  readonly client: RedisClient;
  isTrusted: boolean;
  readonly stopListening: () => void;
}

export type ClusterTarget = RedisClusterOptions | { client: ClusterClient };

/**
 * The masters of a cluster, each with a connection of its own, so that it is known which process answered. The client
 * of the cluster is asked for its slot map and its nodes, and sends what any node may have to carry out.
 *
 * A master that is lost, hangs or is replaced is left alone until the whole cluster works, and all of them are once the
 * cluster says that it is down. That ends as an outage of the store does: other processes may have deletions to deliver,
 * and those of a cluster that was down concern the keys of every node.
 */
export class ClusterNodes {
  readonly #failures: RedisFailures;
  readonly #masters = new Map<RedisClient, KnownMaster>();
  readonly #watch: CircuitBreaker;
  /** The masters that the last look has asked. */
  #asked: readonly KnownMaster[] = [];
  /** Where they are. Who takes the place of one of them has been there for a time that nobody knows. */
  #addresses: ReadonlySet<string> = new Set();
  #cluster: Promise<ClusterClient> | undefined;
  #absence: RedisAbsence | undefined;
  #isClosed = false;
  #refreshedAt = -Infinity;

  constructor(
    private readonly target: ClusterTarget,
    private readonly settings: CommandSettings,
  ) {
    this.#failures = new RedisFailures({ ...settings, isPart: () => this.#hasOthers() });
    this.#watch = new CircuitBreaker({
      clock: systemClock,
      threshold: Infinity,
      probe: () => this.#look(),
      opened: ignore,
      closed: (outage) => this.#recovered(outage),
    });
  }

  /** Waits a second at most until every shard has a master that answers. @throws CacheError `STORE_UNAVAILABLE` */
  async connect(): Promise<void> {
    const cluster = await this.#open('connect');
    const deadline = systemClock.monotonic() + CONNECT_DEADLINE;
    while (!isWhole(cluster)) {
      if (systemClock.monotonic() >= deadline) throw this.#failures.disconnected('connect');
      if (cluster.status === 'ready') this.#refresh(cluster);
      await sleep(systemClock, CONNECT_POLL);
    }
    const masters = mastersIn(cluster).map((client) => this.#masterOf(cluster, client));
    await Promise.all(masters.map((master) => master.connection.connect().then(() => this.#ask(master))));
    this.#trust(masters);
  }

  /** The connection to the master of a slot whose keys are used. @throws CacheError `STORE_UNAVAILABLE` */
  async trustedOwnerOf(slot: number, operation: string): Promise<RedisConnection> {
    const { connection, isTrusted } = await this.ownerOf(slot, operation);
    if (isTrusted) return connection;
    const error = this.#failures.of(operation, 'a node is new, not connected, or hangs', this.#hasOthers());
    if (this.#watch.state.kind === 'closed') this.#watch.open(error);
    throw error;
  }

  /** The master of a slot, which may be told what is deleted whatever it does. @throws CacheError `STORE_UNAVAILABLE` */
  async ownerOf(slot: number, operation: string): Promise<Master> {
    const cluster = await this.#open(operation);
    const client = masterOf(cluster, slot);
    if (client) return this.#masterOf(cluster, client);
    this.#refresh(cluster);
    throw this.#failures.of(operation, 'no node has the keys', this.#hasOthers());
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
    await this.#watch.stop();
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
    this.#absence = settings.reconnected && new RedisAbsence(cluster, settings.reconnected);
    if ('client' in target) return cluster;
    cluster.on('error', (error) => (this.#failures.problem = `its connections failed with ${quoted(error)}`));
    cluster.on('ready', () => (this.#failures.problem = undefined));
    return cluster;
  }

  #masterOf(cluster: ClusterClient, client: RedisClient): KnownMaster {
    const known = this.#masters.get(client);
    if (known) return known;
    const lost = (error?: unknown): void => this.#distrust([master], error);
    const slow = (error: unknown): void => {
      lost(error);
      // Also during a look, which goes on until it is faster.
      this.#watch.open(error);
    };
    const settings = { ...this.settings, isPart: () => this.#hasOthers(), reconnected: undefined, slow };
    const connection = new RedisConnection({ client }, settings, (error) => {
      if (isClusterDown(error)) this.#isDown(error);
      else if (!isReply(error)) lost(error);
      this.#refresh(cluster);
    });
    client.on('close', lost);
    const master = { client, connection, isTrusted: false, stopListening: () => client.off('close', lost) };
    this.#masters.set(client, master);
    return master;
  }

  /** Whether there are nodes that can be asked, while another cannot. */
  #hasOthers(): boolean {
    return [...this.#masters.values()].some(({ isTrusted }) => isTrusted);
  }

  #distrust(masters: Iterable<KnownMaster>, error: unknown): void {
    for (const master of masters) {
      if (!master.isTrusted) continue;
      master.isTrusted = false;
      this.#watch.open(error);
    }
  }

  /** Since when it is down, is not known: whoever hears of it first may hear of its last moment. */
  #isDown(error: unknown): void {
    this.#distrust(this.#masters.values(), error);
    this.#watch.open(error, RECOVERY_TIME);
  }

  /** Looks whether each shard has a master, and each of these finds that the cluster works. */
  async #look(): Promise<void> {
    const cluster = await this.#open('connect');
    const refreshed = new Promise<void>((resolve) => cluster.refreshSlotsCache(resolve));
    // Where a node hangs what is known already is good enough.
    await withDeadline(refreshed, this.settings.commandTimeout, () => new LateReply()).catch(ignore);
    this.#update(cluster);
    if (this.#isClosed || !isWhole(cluster)) throw this.#failures.disconnected('connect');
    this.#asked = mastersIn(cluster).map((client) => this.#masterOf(cluster, client));
    await Promise.all(this.#asked.map((master) => this.#ask(master)));
  }

  async #ask({ connection }: KnownMaster): Promise<void> {
    if (!(await isFailing(connection))) return;
    const error = connection.failure('connect', 'it says that the cluster fails');
    this.#isDown(error);
    throw error;
  }

  #recovered({ error, since }: Outage): void {
    if (this.#isClosed) return;
    const isReplaced = this.#asked.some(({ client }) => !this.#addresses.has(addressOf(client)));
    this.#trust(this.#asked);
    this.settings.reconnected?.(Math.max(systemClock.monotonic() - since, isReplaced ? RECOVERY_TIME : 0));
    if (this.#asked.some(({ isTrusted }) => !isTrusted)) this.#watch.open(error);
  }

  #trust(masters: readonly KnownMaster[]): void {
    // One may have been lost again meanwhile.
    for (const master of masters) master.isTrusted = master.client.status === 'ready';
    this.#addresses = new Set(masters.map(({ client }) => addressOf(client)));
  }

  #forget(client: RedisClient): void {
    const { connection, stopListening } = this.#masters.get(client)!;
    this.#masters.delete(client);
    stopListening();
    void connection.close();
  }

  /** Asks for the slot map anew. */
  #refresh(cluster: ClusterClient): void {
    const now = systemClock.monotonic();
    if (this.#isClosed || cluster.status !== 'ready' || now < this.#refreshedAt + LEAST_REFRESH) return;
    this.#refreshedAt = now;
    cluster.refreshSlotsCache(() => this.#update(cluster));
  }

  /** Connects to masters that are new in the slot map, and forgets who is gone. */
  #update(cluster: ClusterClient): void {
    if (this.#isClosed) return;
    const present = new Set(mastersIn(cluster));
    for (const client of this.#masters.keys()) if (!present.has(client)) this.#forget(client);
    for (const client of present) {
      if (client.status === 'wait') this.#masterOf(cluster, client).connection.connect().catch(ignore);
    }
  }
}

function ignore(): void {}
