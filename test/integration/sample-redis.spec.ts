import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { adminTests } from '../support/sample-admin.ts';
import { describeBlog } from '../support/sample-blog.ts';
import { editingTests } from '../support/sample-editing.ts';
import { readingTests } from '../support/sample-reading.ts';
import { visitorTests } from '../support/sample-visitors.ts';

/** A database of its own on the shared server. */
const redisUrl = (): string => `${process.env['TEST_REDIS_URL']}/3`;
const tests = [readingTests, editingTests, visitorTests, adminTests];

describeBlog('the sample blog on Express and Redis', { platform: 'express', redisUrl }, ...tests);
describeBlog('the sample blog on Fastify and Redis', { platform: 'fastify', redisUrl }, editingTests, visitorTests);

describe('the sample blog in Redis', () => {
  it('keeps everything below its prefix', async () => {
    const redis = new Redis(redisUrl());
    const keys = await redis.keys('*');
    await redis.quit();
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith('dev:blog:'))).toEqual([]);
  });
});
