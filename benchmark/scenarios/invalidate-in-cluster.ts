import { Redis } from 'ioredis';
import { TestCluster } from '../../test/support/redis-cluster.js';
import { adapterOf } from '../adapters/adapters.js';
import { commandsDuring, fill, medianTime, timeOf } from '../runner/million.js';
import type { Given, Scenario, Servers } from '../scenario.js';

const ENTRIES = 100;
const PATH = 'public:blog:detail';
const SHARDS = 64;

export const invalidateInCluster: Scenario = {
  name: 'invalidate-prefix-cluster',
  title: 'The same in a cluster',
  how: `Three masters with a replica each and a million other keys. One command for each of the ${SHARDS} shards of nestash.`,
  columns: [
    { name: 'ms', digits: 2 },
    { name: 'commands', digits: 0 },
  ],
  entrants: ['nestash'],
  goals: [
    { column: 'ms', of: 'median', is: '≤', bound: 1 },
    { column: 'commands', of: 'median', is: '≤', bound: SHARDS },
  ],
  servers: clusterWithMillion,
  open,
};

async function clusterWithMillion(isQuick: boolean): Promise<Servers> {
  const cluster = await TestCluster.start();
  const masters = await cluster.masters();
  const urls = masters.map(({ url }) => url);
  await Promise.all(urls.map((url) => fillMaster(url, Math.round((isQuick ? 30_000 : 1_000_000) / urls.length))));
  return { urls, stop: () => cluster.stop() };
}

/** Every key of a script has to be in a slot of its node, so all have one hash tag. */
async function fillMaster(url: string, keys: number): Promise<void> {
  const client = new Redis(url);
  const tag = await tagOf(client);
  await fill(client, keys, `bench:{${tag}}:v1:public:other:`);
  client.disconnect();
}

async function tagOf(client: Redis): Promise<string> {
  for (let tag = 0; ; tag++) {
    if (
      await client.exists(`{${tag}}`).then(
        () => true,
        () => false,
      )
    )
      return `${tag}`;
  }
}

async function open(entrant: string, { urls }: Given) {
  const cache = await (await adapterOf(entrant)).cluster!(urls.map(addressOf));
  const admins = urls.map((url) => new Redis(url));
  const load = async (): Promise<number> => {
    let loads = 0;
    const keys = Array.from({ length: ENTRIES }, (_, id) => `${PATH}:${id}`);
    await Promise.all(keys.map((key) => cache.getOrSet(key, async () => (loads++, { key }))));
    return loads;
  };
  return {
    round: async () => {
      await load();
      if ((await load()) > 0) throw new Error('entries are not kept');
      const invalidate = () => cache.deleteBelow!(PATH);
      const commands = await commandsDuring(admins, invalidate);
      if ((await load()) < ENTRIES) throw new Error('an entry is still there');
      const ms = await medianTime(async () => {
        await load();
        return timeOf(invalidate);
      });
      return { ms, commands };
    },
    close: async () => {
      for (const admin of admins) admin.disconnect();
      await cache.close();
    },
  };
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
