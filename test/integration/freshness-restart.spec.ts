import { Redis } from 'ioredis';
import { redisStore } from '../../lib/index.js';
import { until } from '../support/until.js';
import { INVALIDATIONS } from '../support/post-invalidations.js';
import { Database, PostProcess } from '../support/post-process.js';
import { RedisServer } from '../support/redis.js';

const DEADLINE_MS = 60_000;

describe('a post on a Redis that was killed and came back from a snapshot', () => {
  const database = new Database();
  let redis: RedisServer;
  let here: PostProcess;
  let there: PostProcess;
  let id = 0;

  beforeAll(async () => {
    redis = await RedisServer.start();
    const store = redisStore({ host: redis.host, port: redis.port, retryStrategy: () => 10 }, { commandTimeout: '2s' });
    [here, there] = await Promise.all([PostProcess.start(store, database), PostProcess.start(store, database)]);
  });

  afterAll(async () => {
    await Promise.all([here?.stop(), there?.stop()]);
    await redis?.stop();
  });

  beforeEach(() => {
    id++;
    database.title = 'old';
  });

  const everywhere = (): Promise<string[]> => Promise.all([here.title(id), there.title(id)]);
  const isConnected = (process: PostProcess): Promise<boolean> =>
    process.store.connect().then(
      () => true,
      () => false,
    );

  async function save(): Promise<void> {
    const client = new Redis(redis.url);
    await client.save();
    await client.quit();
  }

  async function killAndRestart(): Promise<void> {
    await redis.kill('SIGKILL');
    await redis.restart();
    for (const process of [here, there]) await until(() => isConnected(process), DEADLINE_MS);
  }

  it('is loaded again, whether it was invalidated or not', async () => {
    expect(await everywhere()).toEqual(['old', 'old']);
    await save();
    const { loads } = here.posts;
    await killAndRestart();
    database.title = 'new';
    expect(await everywhere()).toEqual(['new', 'new']);
    expect(here.posts.loads + there.posts.loads).toBeGreaterThan(loads);
  });

  it.each(INVALIDATIONS)(
    'is fresh: the snapshot holds an entry that was then invalidated by %s',
    async (_, invalidate) => {
      expect(await everywhere()).toEqual(['old', 'old']);
      await save();
      database.title = 'new';
      await invalidate(there.cache, id);
      await killAndRestart();
      expect(await everywhere()).toEqual(['new', 'new']);
      expect(await everywhere()).toEqual(['new', 'new']);
    },
    DEADLINE_MS,
  );

  it.each(INVALIDATIONS)(
    'is fresh: the snapshot holds the lease of a load that was overtaken by %s',
    async (_, invalidate) => {
      const load = here.posts.hold();
      const first = here.title(id);
      await load.arrived;
      await save();
      database.title = 'new';
      await invalidate(there.cache, id);
      await killAndRestart();
      const after = everywhere();
      load.release();
      expect(await after).toEqual(['new', 'new']);
      expect(await first).toBe('old');
      expect(await everywhere()).toEqual(['new', 'new']);
    },
    DEADLINE_MS,
  );

  it(
    'is fresh: a fill was confirmed by the server that came back, and its caller told after the restart',
    async () => {
      const fill = here.store.park('fill', 'after');
      const first = here.title(id);
      await fill.arrived;
      await save();
      database.title = 'new';
      await there.cache.invalidate('blog');
      await killAndRestart();
      expect(await everywhere()).toEqual(['new', 'new']);
      fill.release();
      expect(await first).toBe('old');
      expect(await everywhere()).toEqual(['new', 'new']);
    },
    DEADLINE_MS,
  );
});
