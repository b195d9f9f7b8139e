import { describeBlog } from '../support/sample-blog.ts';

describeBlog('the sample blog on Express', 'express');
describeBlog('the sample blog on Fastify', 'fastify');
