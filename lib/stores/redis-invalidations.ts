import { ROOT_GROUP } from '../keys/groups.js';
import { whole } from './redis-held.js';
import type { RedisTopology, Shard } from './redis-topology.js';
import type { Glob, Invalidation } from './store.js';

/** What is deleted where, and closed before that. */
export class RedisInvalidations {
  constructor(private readonly topology: RedisTopology) {}

  /**
   * Groups are closed before anything is deleted: a load that begins in between would make a generation under which it
   * stores what it read too early. A full server refuses a mark and no deletion, so that is carried out all the same.
   */
  async carryOut({ groups, paths, globs, settle }: Invalidation): Promise<void> {
    try {
      if (settle !== undefined) await this.#close(groups, settle);
    } finally {
      await this.#delete(groups, paths);
      await this.#deleteMatching(globs);
    }
  }

  async clear(): Promise<void> {
    const roots = this.topology.shards.flatMap((shard) => shard.keys.generations([ROOT_GROUP]));
    await this.topology.delete('clear', roots);
    await this.topology.deleteMatching({ operation: 'clear', literal: '', matches: () => true });
  }

  /** A put is an invalidation of its path, of which the script carries out what is in the shard of the path itself. */
  async deleteVariants(path: string, own: Shard): Promise<void> {
    const others = this.topology.shards.filter((shard) => shard !== own);
    if (others.length === 0) return;
    await this.topology.delete(
      'fill',
      others.flatMap((shard) => shard.keys.generations([path])),
    );
  }

  async #close(groups: readonly string[], window: number): Promise<void> {
    const marks = this.topology.shards.flatMap(({ keys }) => groups.map((group) => keys.closed(group)));
    await this.topology.closeGroups('invalidate', marks, whole(window));
  }

  async #delete(groups: readonly string[], paths: readonly string[]): Promise<void> {
    const { topology } = this;
    const places = paths.map((path) => ({ path, keys: topology.shardOf(path).keys }));
    // In this order where one command cannot hold them all: what is loaded cannot be stored any more, what is stored cannot
    // be built upon any more, and then what was built dies.
    const names = [
      ...places.map(({ path, keys }) => keys.lease(path)),
      ...places.map(({ path, keys }) => keys.entry(path)),
      ...places.map(({ path, keys }) => keys.own(path)),
      ...topology.shards.flatMap((shard) => shard.keys.generations(groups)),
    ];
    await topology.delete('invalidate', names);
  }

  async #deleteMatching(globs: readonly Glob[]): Promise<void> {
    const [first, ...others] = globs;
    if (!first) return;
    const literal = others.length === 0 ? first.literal : '';
    const matches = (path: string): boolean => globs.some((glob) => glob.matches(path));
    await this.topology.deleteMatching({ operation: 'invalidate', literal, matches });
  }
}
