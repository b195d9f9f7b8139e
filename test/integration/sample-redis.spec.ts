import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeBlog } from '../support/sample-blog.ts';

/** A database of its own on the shared server. */
const redisUrl = (): string => `${process.env['TEST_REDIS_URL']}/3`;

describeBlog('the sample blog on Express and Redis', 'express', redisUrl);
describeBlog('the sample blog on Fastify and Redis', 'fastify', redisUrl);

describe('the sample blog in Redis', () => {
  it('keeps everything below its prefix', async () => {
    const redis = new Redis(redisUrl());
    const keys = await redis.keys('*');
    await redis.quit();
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith('dev:blog:'))).toEqual([]);
  });
});
