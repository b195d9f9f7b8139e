import { storeContract } from '../../../lib/testing/store-contract.js';
import type { CacheStore } from '../../../lib/stores/store.js';
import { RedisServer } from '../../support/redis.js';
import { WITH_USERS, asUser } from '../../support/redis-users.js';
import { connectedNear } from './near-support.js';

const url = process.env['TEST_REDIS_URL']!;

storeContract('a validated near store', () => connectedNear(url, 'validated'));
storeContract('an eventual near store', () => connectedNear(url, 'eventual'));

describe('on a server that tracks no keys', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start({ args: WITH_USERS });
  });

  afterAll(() => server.stop());

  const open = (): Promise<CacheStore> => connectedNear(asUser('untracked', server.url), 'eventual');
  storeContract('an eventual near store', open);
});
