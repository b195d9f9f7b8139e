import { jest } from '@jest/globals';

jest.unstable_mockModule('ioredis', () => {
  throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
});

const { redisStore } = await import('../../../lib/stores/redis.store.js');

it('names the package that is missing when it is needed', async () => {
  const store = redisStore('redis://localhost:1').create({ prefix: 'test', version: 1, name: 'default' });
  const expected = { code: 'PACKAGE_MISSING', message: expect.stringContaining('npm install ioredis') };
  await expect(store.connect()).rejects.toMatchObject(expected);
  await expect(store.read({ path: 'a', groups: ['~root'] })).rejects.toMatchObject(expected);
  await store.close();
});
