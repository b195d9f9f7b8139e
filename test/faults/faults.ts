import { Redis } from 'ioredis';
import type { StoreDefinition } from 'nestash';
import { redisStore } from 'nestash';
import type { Manner } from '../support/gateway.js';
import { Gateway } from '../support/gateway.js';
import { Pressure } from '../support/pressure.js';
import { RedisServer } from '../support/redis.js';
import type { Fault, Scene } from './fault.js';

/** A server, and what stands between it and each shop. */
interface Lone {
  readonly server: RedisServer;
  readonly gateways: readonly Gateway[];
}

interface LoneFault extends Omit<Fault, 'set'> {
  begin(lone: Lone): Promise<unknown> | void;
  end(lone: Lone): Promise<unknown> | void;
}

const answers = (error: string): LoneFault => ({
  name: `answers ${error.split(' ')[0]}`,
  ...byGateways({ kind: 'answers', error }),
});

const LONE_FAULTS: readonly LoneFault[] = [
  { name: 'hangs (SIGSTOP)', begin: ({ server }) => server.pause(), end: ({ server }) => server.resume() },
  { name: 'is killed', begin: ({ server }) => server.kill(), end: ({ server }) => server.restart() },
  {
    name: 'comes back from a snapshot',
    begin: async ({ server }) => {
      await commanded(server, (client) => client.save());
      await server.kill();
    },
    end: ({ server }) => server.restart(),
  },
  {
    name: 'is absent at start',
    isThereAtStart: true,
    begin: () => {},
    end: ({ server }) => server.restart(),
  },
  {
    name: 'is full (OOM)',
    begin: ({ server }) => commanded(server, (client) => client.config('SET', 'maxmemory', '1')),
    end: ({ server }) => commanded(server, (client) => client.config('SET', 'maxmemory', '0')),
  },
  answers('LOADING Redis is loading the dataset in memory'),
  answers('NOAUTH Authentication required.'),
  answers("READONLY You can't write against a read only replica."),
  answers('MOVED 3999 127.0.0.1:6381'),
  { name: 'is demoted (READONLY)', ...byDemotion() },
  { name: 'evicts what it has', ...byPressure() },
  { name: 'flaps, 150 ms each', ...flapping(150) },
  { name: 'resets connections within replies', ...byGateways({ kind: 'cuts' }) },
  { name: 'answers slowly, after 200 ms', ...byGateways({ kind: 'slows', delay: 200 }) },
  { name: 'is behind a network that stands still', ...byGateways({ kind: 'holds' }) },
  {
    name: 'is cut off from one writer',
    mayBeStale: { why: 'others can reach Redis, and the writer cannot' },
    begin: ({ gateways: [first] }) => void (first!.manner = { kind: 'holds' }),
    end: ({ gateways: [first] }) => void (first!.manner = { kind: 'passes' }),
  },
];

/** One server for two shops, each behind a gateway. */
export const FAULTS: readonly Fault[] = LONE_FAULTS.map((fault) => ({
  ...fault,
  set: () => sceneOf(fault, (url) => redisStore(url)),
}));

/** The same client and no deadline: what this program measures must be able to fail. */
export const CONTROL: Fault = {
  name: 'control: hangs, and nobody stops asking',
  set: () =>
    sceneOf(LONE_FAULTS[0]!, (url) => {
      const client = new Redis(url).on('error', () => {});
      return redisStore({ client }, { commandTimeout: '1h' });
    }),
};

async function sceneOf(fault: LoneFault, storeOf: (url: string) => StoreDefinition): Promise<Scene> {
  const server = await RedisServer.start();
  const gateways = [await Gateway.start(server.port), await Gateway.start(server.port)];
  const lone = { server, gateways };
  if (fault.isThereAtStart) await server.kill();
  return {
    stores: gateways.map(({ url }) => storeOf(url)),
    begin: () => fault.begin(lone),
    end: () => fault.end(lone),
    close: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await server.stop();
    },
  };
}

function byGateways(manner: Manner): Pick<LoneFault, 'begin' | 'end'> {
  const all = ({ gateways }: Lone, next: Manner): void => gateways.forEach((each) => (each.manner = next));
  return { begin: (lone) => all(lone, manner), end: (lone) => all(lone, { kind: 'passes' }) };
}

/** It becomes the replica of another server, and whoever is connected to it stays so. */
function byDemotion(): Pick<LoneFault, 'begin' | 'end'> {
  let other: RedisServer;
  return {
    async begin({ server }) {
      other = await RedisServer.start();
      await commanded(server, (client) => client.replicaof(other.host, other.port));
    },
    async end({ server }) {
      await commanded(server, (client) => client.replicaof('NO', 'ONE'));
      await other.stop();
    },
  };
}

function byPressure(): Pick<LoneFault, 'begin' | 'end'> {
  let pressure: Pressure;
  return {
    async begin({ server }) {
      pressure = new Pressure(server.url);
      await pressure.begin('allkeys-random');
    },
    async end() {
      await pressure.end();
      pressure.disconnect();
    },
  };
}

function flapping(time: number): Pick<LoneFault, 'begin' | 'end'> {
  let timer: NodeJS.Timeout | undefined;
  let isPaused = false;
  return {
    begin({ server }) {
      timer = setInterval(() => {
        isPaused = !isPaused;
        if (isPaused) server.pause();
        else server.resume();
      }, time);
    },
    end({ server }) {
      clearInterval(timer);
      server.resume();
    },
  };
}

async function commanded(server: RedisServer, command: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(server.url);
  try {
    await command(client);
  } finally {
    client.disconnect();
  }
}
