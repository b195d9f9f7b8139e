import { sleep, systemClock } from '../core/clock.js';
import type { CacheError } from '../core/errors.js';
import { RECOVERY_TIME } from '../resilience/attempts.js';
import type { Outage } from '../resilience/circuit-breaker.js';
import { CircuitBreaker } from '../resilience/circuit-breaker.js';
import { withDeadline } from '../resilience/deadline.js';
import { RedisAbsence } from './redis-absence.js';
import { CONNECT_DEADLINE, CONNECT_POLL, RedisConnection } from './redis-client.js';
import type { ClusterClient, RedisClient } from './redis-commands.js';
import type { CommandSettings } from './redis-failures.js';
import { LateReply, RedisFailures, isReply, quoted } from './redis-failures.js';
import { makeCluster } from './redis-made-client.js';
import { isRefusal } from './redis-run-id.js';
import { isWhole, masterOf, mastersIn } from './redis-slot-map.js';
import type { RedisClusterOptions } from './redis-target.js';

/** The slot map is asked for no more often than this, in milliseconds, however much fails meanwhile. */
const LEAST_REFRESH = 100;

/** What every node says while a part of the cluster has no master, unless it is told to go on without. */
const DOWN = 'CLUSTERDOWN The cluster is down';

/** A node with slots. */
export interface Master {
  readonly connection: RedisConnection;
  /** Whether its keys are read and filled: one that is new, or that failed, must first be found to work. */
  readonly isTrusted: boolean;
}

interface KnownMaster extends Master {
  isTrusted: boolean;
  /** Removes what listens to the client. */
  readonly release: () => void;
}

export type ClusterTarget = RedisClusterOptions | { client: ClusterClient };

/**
 * The masters of a cluster, each with a connection of its own, so that it is known which process answered. The client
 * of the cluster is asked for its slot map and its nodes, and sends what any node may have to carry out.
 *
 * A master that is lost, hangs or is replaced is left alone until the whole cluster works, and all of them are once the
 * cluster says that it is down. The end of that is an outage of the store which is over: other processes may have deletions
 * to deliver, and those of a cluster that was down concern the keys of every node.
 */
export class ClusterNodes {
  readonly #failures: RedisFailures;
  readonly #masters = new Map<RedisClient, KnownMaster>();
  readonly #watch: CircuitBreaker;
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
    await Promise.all(masters.map(({ connection }) => connection.connect()));
    for (const master of masters) master.isTrusted = true;
  }

  /** The connection to the master of a slot whose keys are used. @throws CacheError `STORE_UNAVAILABLE` */
  async trustedOwnerOf(slot: number, operation: string): Promise<RedisConnection> {
    const { connection, isTrusted } = await this.ownerOf(slot, operation);
    if (isTrusted) return connection;
    throw this.#missed(operation, 'a node is new, not connected, or hangs');
  }

  /** The master of a slot, which may be told what is deleted whatever it does. @throws CacheError `STORE_UNAVAILABLE` */
  async ownerOf(slot: number, operation: string): Promise<Master> {
    const cluster = await this.#open(operation);
    const client = masterOf(cluster, slot);
    if (client) return this.#masterOf(cluster, client);
    throw this.#missed(operation, 'no node has the keys');
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
    await this.#watch.stop();
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

  #missed(operation: string, reason: string): CacheError<'STORE_UNAVAILABLE'> {
    const error = this.#failures.of(operation, reason, this.#hasOthers());
    // For how long others have known of another master is not known.
    if (this.#watch.state.kind === 'closed') this.#watch.open(error, RECOVERY_TIME);
    return error;
  }

  #masterOf(cluster: ClusterClient, client: RedisClient): KnownMaster {
    const known = this.#masters.get(client);
    if (known) return known;
    const lost = (error?: unknown): void => this.#distrust([master], error);
    const settings = { ...this.settings, isPart: () => this.#hasOthers(), reconnected: undefined, slow: lost };
    const connection = new RedisConnection({ client }, settings, (error) => {
      if (isDown(error)) this.#distrust(this.#masters.values(), error);
      else if (!isReply(error)) lost(error);
      this.#refresh(cluster);
    });
    const closed = (): void => lost();
    client.on('close', closed);
    const master = { connection, isTrusted: false, release: () => client.off('close', closed) };
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

  /** Looks whether each shard has a master, and each of these finds that the cluster works. */
  async #look(): Promise<void> {
    const cluster = await this.#open('connect');
    const refreshed = new Promise<void>((resolve) => cluster.refreshSlotsCache(resolve));
    // Where a node hangs what is known already is good enough.
    await withDeadline(refreshed, this.settings.commandTimeout, () => new LateReply()).catch(ignore);
    this.#update(cluster);
    if (!isWhole(cluster)) throw this.#failures.disconnected('connect');
    await Promise.all(mastersIn(cluster).map((client) => this.#ask(this.#masterOf(cluster, client))));
  }

  async #ask({ connection }: Master): Promise<void> {
    const told = await connection.send('connect', (commands) =>
      commands.cluster('INFO').catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
      }),
    );
    if (!String(told.value).includes('cluster_state:fail')) return;
    const error = connection.failure('connect', 'it says that the cluster fails');
    this.#distrust(this.#masters.values(), error);
    throw error;
  }

  #recovered({ since }: Outage): void {
    for (const master of this.#masters.values()) master.isTrusted = true;
    this.settings.reconnected?.(systemClock.monotonic() - since);
  }

  #forget(client: RedisClient): void {
    const { connection, release } = this.#masters.get(client)!;
    this.#masters.delete(client);
    release();
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

function isDown(error: unknown): boolean {
  return isReply(error) && error.message.startsWith(DOWN);
}

function ignore(): void {}
