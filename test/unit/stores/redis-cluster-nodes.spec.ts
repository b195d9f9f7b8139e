import { EventEmitter } from 'node:events';
import { systemClock } from '../../../lib/core/clock.js';
import { RECOVERY_TIME } from '../../../lib/resilience/attempts.js';
import { ClusterNodes } from '../../../lib/stores/redis-cluster-nodes.js';
import type { ClusterClient } from '../../../lib/stores/redis-commands.js';
import { until } from '../../support/until.js';

const RUN_ID = 'a'.repeat(40);

/** A master that has every slot, and no entries. */
class OnlyMaster extends EventEmitter {
  readonly status = 'ready';
  readonly options: { readonly host: string; readonly port: number };
  /** What it says next, in the place of an answer. */
  refusal: string | undefined;

  constructor(port: number) {
    super();
    this.options = { host: '127.0.0.1', port };
  }

  async info(): Promise<string> {
    return `run_id:${RUN_ID}`;
  }

  async cluster(): Promise<string> {
    return 'cluster_state:ok';
  }

  async mget(names: readonly string[]): Promise<null[]> {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) throw Object.assign(new Error(refusal), { name: 'ReplyError' });
    return names.map(() => null);
  }
}

class Cluster extends EventEmitter {
  readonly isCluster = true;
  readonly status = 'ready';
  readonly options = { scaleReads: 'master' };

  readonly slots: string[][] = [];

  constructor(public master: OnlyMaster) {
    super();
    this.follow(master);
  }

  /** From now on all slots are those of another master. */
  follow(master: OnlyMaster): void {
    this.master = master;
    this.slots.splice(0, Infinity, ...Array.from({ length: 16_384 }, () => [`127.0.0.1:${master.options.port}`]));
  }

  nodes(): OnlyMaster[] {
    return [this.master];
  }

  refreshSlotsCache(done: () => void): void {
    done();
  }
}

function bench() {
  const cluster = new Cluster(new OnlyMaster(1));
  const absences: number[] = [];
  const reconnected = (absence: number): unknown => absences.push(absence);
  const target = { client: cluster as unknown as ClusterClient };
  const nodes = new ClusterNodes(target, { name: 'default', commandTimeout: 250, reconnected });
  return { cluster, nodes, absences };
}

describe('a process that hears that its cluster is down', () => {
  it('may have heard of its last moment', async () => {
    const { cluster, nodes, absences } = bench();
    await nodes.connect();
    const began = systemClock.monotonic();
    const owner = await nodes.trustedOwnerOf(0, 'read');
    cluster.master.refusal = 'CLUSTERDOWN The cluster is down';
    await expect(owner.send('read', (commands) => commands.mget(['post']))).rejects.toThrow('CLUSTERDOWN');
    await until(() => absences.length > 0);
    expect(absences[0]).toBeGreaterThanOrEqual(RECOVERY_TIME);
    expect(absences[0]).toBeGreaterThan(systemClock.monotonic() - began);
    await nodes.close();
  });
});

describe('a master that a process has not known', () => {
  it('is told of deletions at once, and used when it may have been there for a while', async () => {
    const { cluster, nodes, absences } = bench();
    await nodes.connect();
    cluster.follow(new OnlyMaster(2));
    await expect(nodes.trustedOwnerOf(0, 'read')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await nodes.ownerOf(0, 'invalidate')).toMatchObject({ isTrusted: false });
    await until(() => absences.length > 0);
    expect(absences[0]).toBeGreaterThanOrEqual(RECOVERY_TIME);
    expect(await nodes.ownerOf(0, 'read')).toMatchObject({ isTrusted: true });
    await nodes.close();
  });
});

describe('the masters of a cluster that is closed', () => {
  it('are listened to no more', async () => {
    const { cluster, nodes } = bench();
    await nodes.connect();
    await nodes.close();
    const { master } = cluster;
    await until(() => master.listenerCount('close') + master.listenerCount('connect') === 0);
  });
});
