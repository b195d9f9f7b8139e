import type { ClusterTroubles } from '../support/cluster-troubles.js';
import type { SentinelTroubles } from '../support/sentinel-troubles.js';

/** Something that is done to servers. */
export interface Fault {
  /** How long it takes as a rule, in milliseconds. */
  readonly duration: number;
  /**
   * Whether processes may sleep meanwhile. One that wakes up connected to a master that lives, and was replaced, reads
   * old data until it hears of the new one.
   */
  readonly mayPause: boolean;
  /** A Sentinel does so no sooner after the last failover than this, in milliseconds. Left out: 0. */
  readonly interval?: number;
  readonly act: () => Promise<void>;
}

/** Twice the `failover-timeout`, and a little more. */
const SENTINEL_INTERVAL = 32_000;

export function sentinelFaults(troubles: SentinelTroubles): Fault[] {
  const failover = { duration: 16_000, interval: SENTINEL_INTERVAL };
  return [
    { ...failover, mayPause: true, act: () => troubles.loseMaster('kill') },
    { ...failover, mayPause: false, act: () => troubles.loseMaster('pause') },
    { duration: 13_000, mayPause: false, act: () => troubles.demoteMaster() },
    { duration: 1_000, mayPause: true, act: () => troubles.pauseMaster() },
    { duration: 3_000, mayPause: true, act: () => troubles.fillMaster() },
  ];
}

export function clusterFaults(troubles: ClusterTroubles): Fault[] {
  return [
    { duration: 10_000, mayPause: true, act: () => troubles.killMaster() },
    { duration: 5_000, mayPause: true, act: () => troubles.swapMaster() },
    { duration: 1_000, mayPause: true, act: () => troubles.pauseMaster() },
    { duration: 3_000, mayPause: true, act: () => troubles.fillMaster() },
    { duration: 3_000, mayPause: true, act: () => troubles.moveSlot() },
  ];
}
