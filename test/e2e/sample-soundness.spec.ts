import { createApp } from '../../sample/blog/app.ts';
import { CacheService } from '../../lib/index.js';
import { expectSoundCache } from '../../lib/testing.js';

/** It fills its database. */
const START_DEADLINE_MS = 60_000;

describe('the sample blog', () => {
  it(
    'has a sound cache, with nothing excepted, and policies for its lists, posts and taxonomy',
    async () => {
      const app = await createApp('express', {});
      await expectSoundCache(app);
      const { methods } = app.get(CacheService).report();
      expect(methods.length).toBeGreaterThan(5);
      const free = methods.filter(({ policy }) => policy === null).map(({ template }) => template?.split(':')[2]);
      expect(free.sort()).toEqual(['activity', 'comments', 'profile', 'related']);
      await app.close();
    },
    START_DEADLINE_MS,
  );
});
