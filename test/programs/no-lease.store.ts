import type { StoreDefinition } from '../../lib/stores/store.js';
import type { Answer } from '../../lib/stores/redis-client.js';
import { RedisConnection } from '../../lib/stores/redis-client.js';
import type { Script } from '../../lib/stores/redis-change-scripts.js';
import { SingleServer } from '../../lib/stores/redis-topology.js';
import { RedisStore } from '../../lib/stores/redis.store.js';

const WITHOUT = {
  begin: /^.*values\[2\] and currentNames\(values\[2\], 2\) then .*\n/m,
  fill: /^.*if not lease or string\.match\(lease, .*\n/m,
};

/** The Redis store with a deliberate mistake: it begins whoever else loads, and fills without looking for its lease. */
export function noLeaseStore(url: string, commandTimeout: number): StoreDefinition {
  return {
    kind: 'redis',
    create(namespace) {
      const connection = new Leaseless(url, { name: namespace.name, commandTimeout });
      return new RedisStore(namespace, new SingleServer(namespace, connection));
    },
  };
}

class Leaseless extends RedisConnection {
  override run(
    operation: string,
    script: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<Answer<unknown>> {
    if (operation !== 'begin' && operation !== 'fill') return super.run(operation, script, keys, values);
    const text = script.text.replace(WITHOUT[operation], '');
    if (text === script.text) throw new Error(`The lease is no longer where it was in the script of ${operation}.`);
    // No server knows this text by the hash of another one.
    return this.send(operation, (commands) => commands.eval(text, keys.length, ...keys, ...values.map(String)));
  }
}
