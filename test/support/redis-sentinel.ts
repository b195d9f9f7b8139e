import type { Redis } from 'ioredis';
import { MASTER_NAME as NAME } from '../programs/freshness-stores.js';
import { whileUnheard } from './redis-cluster.js';
import { RedisAdmins } from './redis-admins.js';
import { reports } from './redis-reports.js';
import { RedisServer } from './redis.js';
import { until } from './until.js';

const SENTINELS = 3;
const QUORUM = 2;
/** A Sentinel that was held up for two seconds does nothing for 30, and it names a returned server a replica after 8. */
const DEADLINE_MS = 90_000;

/**
 * How long a server may be silent before a Sentinel takes it for dead, and the time of a failover, in milliseconds. One
 * that is given up halfway may leave two replicas of each other, of which neither is promoted.
 */
const SETTINGS = { 'down-after-milliseconds': 2_000, 'failover-timeout': 15_000, 'parallel-syncs': 1 };

/** A real master with one replica, and three Sentinels that watch them. */
export class TestSentinels {
  readonly #admins = new RedisAdmins();

  private constructor(
    private readonly servers: readonly RedisServer[],
    private readonly sentinels: readonly RedisServer[],
  ) {}

  /** Resolves once the Sentinels know each other and the replica, and the replica has what its master has. */
  static async start(): Promise<TestSentinels> {
    const master = await RedisServer.start({ args: ['--repl-diskless-sync-delay', '0'] });
    const of = ['--replicaof', master.host, `${master.port}`];
    const [replica, ...sentinels] = await Promise.all([
      RedisServer.start({ args: ['--repl-diskless-sync-delay', '0', ...of] }),
      ...Array.from({ length: SENTINELS }, () => RedisServer.start({ isSentinel: true })),
    ]);
    const made = new TestSentinels([master, replica], sentinels);
    try {
      await made.#watch(master);
      return made;
    } catch (error) {
      await made.stop();
      throw error;
    }
  }

  /** Of the Sentinels. */
  get urls(): string {
    return this.sentinels.map(({ url }) => url).join(',');
  }

  /** What a client is told. */
  get target(): { sentinels: { host: string; port: number }[]; name: string } {
    return { sentinels: this.sentinels.map(({ host, port }) => ({ host, port })), name: NAME };
  }

  /** The server that all Sentinels name. */
  async master(): Promise<RedisServer> {
    await this.#until(async () => new Set(await this.#named()).size === 1);
    const [port] = await this.#named();
    return this.servers.find((server) => server.port === port)!;
  }

  async replica(): Promise<RedisServer> {
    const master = await this.master();
    return this.servers.find((server) => server !== master)!;
  }

  /** A connection to one server, for what tests do by hand. */
  admin(server: RedisServer): Redis {
    return this.#admins.of(server);
  }

  /**
   * Kills or pauses the master, and resolves once the replica has taken over.
   *
   * @param unheard is called just before: the replica hears nothing of what it does.
   */
  async failOver(how: 'kill' | 'pause' = 'kill', unheard?: () => Promise<unknown>): Promise<RedisServer> {
    const [master, replica] = [await this.master(), await this.replica()];
    if (unheard) await whileUnheard(replica, this.admin(master), unheard);
    if (how === 'kill') await master.kill('SIGKILL');
    else master.pause();
    if (unheard) replica.resume();
    await this.#until(async () => (await this.#named()).every((port) => port === replica.port));
    await this.#until(() => this.#says(replica, 'role:master'));
    return replica;
  }

  /** Makes the replica take the place of a master that is well, which goes on as the replica, in the same process. */
  async demote(): Promise<RedisServer> {
    const [master, replica] = [await this.master(), await this.replica()];
    await this.#until(async () => {
      const named = await this.#named();
      if (named.every((port) => port === replica.port) && (await this.#hasChanged(master, replica))) return true;
      // Asked again: a Sentinel that was held up gives up, or takes back, what it has begun. It refuses while it is at it.
      const isUntouched = named.every((port) => port === master.port);
      if (isUntouched)
        await this.admin(this.sentinels[0]!)
          .call('SENTINEL', 'FAILOVER', NAME)
          .catch(() => undefined);
      return false;
    });
    return replica;
  }

  /** Lets a server that was killed or paused go on, and resolves once it is a replica that has everything. */
  async rejoin(server: RedisServer): Promise<void> {
    if (server.isRunning) server.resume();
    else await server.restart();
    await this.#until(() => this.#says(server, 'master_link_status:up'));
  }

  /** How many clients are connected to the Sentinels; they are clients of each other, too. */
  async connections(): Promise<number> {
    const lists = await Promise.all(this.sentinels.map((sentinel) => this.admin(sentinel).client('LIST')));
    const lines = (lists as string[]).flatMap((list) => list.trim().split('\n'));
    return lines.filter((line) => !line.includes(' name=sentinel-')).length;
  }

  async stop(): Promise<void> {
    this.#admins.disconnect();
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
  }

  async #watch(master: RedisServer): Promise<void> {
    for (const sentinel of this.sentinels) {
      const admin = this.admin(sentinel);
      await admin.call('SENTINEL', 'MONITOR', NAME, master.host, master.port, QUORUM);
      for (const [name, value] of Object.entries(SETTINGS)) await admin.call('SENTINEL', 'SET', NAME, name, value);
    }
    await this.#until(() => this.#says(this.servers[1]!, 'master_link_status:up'));
    for (const sentinel of this.sentinels) {
      await this.#until(async () => {
        const told = await this.#told(sentinel);
        const of = (name: string) => Number(told[told.indexOf(name) + 1]);
        return of('num-slaves') === 1 && of('num-other-sentinels') === SENTINELS - 1;
      });
    }
  }

  async #hasChanged(master: RedisServer, replica: RedisServer): Promise<boolean> {
    return (await this.#says(replica, 'role:master')) && (await this.#says(master, 'master_link_status:up'));
  }

  async #named(): Promise<number[]> {
    const told = this.sentinels.map((each) => this.admin(each).call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME));
    return (await Promise.all(told)).map((address) => Number((address as string[])[1]));
  }

  /** What a Sentinel says of the master, names and values in turn. */
  async #told(sentinel: RedisServer): Promise<string[]> {
    const fields = (await this.admin(sentinel).call('SENTINEL', 'MASTER', NAME)) as Record<string, string> | string[];
    return Array.isArray(fields) ? fields : Object.entries(fields).flat();
  }

  async #says(server: RedisServer, what: string): Promise<boolean> {
    const info = await this.admin(server)
      .info('replication')
      .catch(() => '');
    return info.includes(what);
  }

  async #until(ask: () => Promise<boolean>): Promise<void> {
    const { servers, sentinels } = this;
    await until(ask, DEADLINE_MS, () =>
      reports([
        ...servers.map((each) => [each, () => this.admin(each).info('replication')] as const),
        ...sentinels.map((each) => [each, async () => (await this.#told(each)).join(' ')] as const),
      ]),
    );
  }
}
