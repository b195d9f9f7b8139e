import { describeBlog } from '../support/sample-blog.ts';

const redisUrl = (): string => process.env['TEST_REDIS_URL'] ?? '';

describeBlog('the sample blog on Express and Redis', 'express', redisUrl);
describeBlog('the sample blog on Fastify and Redis', 'fastify', redisUrl);
