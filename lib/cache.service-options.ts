import type { Duration } from './core/duration.js';
import type { SettleOptions } from './core/settle.js';
import type { StaleOptions } from './core/stale-windows.js';
import type { ClassType } from './operations/declaration.js';
import type { ShareOptions } from './serialization/frozen.js';

/** A whole key, without prefix and version: an encoded path, or an array whose elements are encoded one by one. */
export type Key = string | readonly unknown[];

export interface PartitionOptions {
  /** The tenant, where there is no request to take it from. */
  partition?: string | number;
}

export interface InvalidationOptions extends PartitionOptions, SettleOptions {}

export interface SetOptions extends PartitionOptions {
  /** Default: the store's, then the module's. */
  ttl?: Duration;
  /** An entry dies when any of its tags is invalidated. */
  tags?: readonly (string | number | readonly unknown[])[];
  /** A class for class-transformer; what is read back are its instances. */
  type?: ClassType;
}

export interface GetOrSetOptions extends SetOptions, StaleOptions, ShareOptions {}

export interface GetOptions extends PartitionOptions, ShareOptions {
  /** A class for class-transformer; what is read back are its instances. */
  type?: ClassType;
}

export interface LockOptions {
  /** How long the lock lives without being renewed; it renews itself while the function runs. Default `'30s'`. */
  ttl?: Duration;
  /** How long to wait for whoever holds it. Default: not at all. */
  wait?: Duration;
}
