import { RedisServer } from '../../support/redis.js';
import { Opened, recordCalls } from './redis-support.js';

const opened = new Opened();
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});

afterEach(() => opened.close());

afterAll(() => server?.stop());

// So it is when a client sends a begin again on a new connection while the first one is still on its way on the old one.
describe.each(['load', 'put'] as const)(
  'a begin for a %s that is applied again after its lease was deleted',
  (mode) => {
    it('does not bring back the right to fill', async () => {
      const client = opened.client(server.url);
      const calls = recordCalls(client, 'evalsha');
      const bench = await opened.bench({ client });
      const address = bench.address('post:1');
      const lease = await bench.lease(address, { mode });
      const [, ...begin] = calls.at(-1) as [string, string, number, ...string[]];
      await bench.invalidate({ groups: [address.path], paths: [address.path] });
      await client.evalsha(...begin);
      expect(await bench.fill(lease, 'old')).toBe(false);
      expect(await bench.payload(address)).toBeUndefined();
    });
  },
);
