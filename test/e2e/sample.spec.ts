import { adminTests } from '../support/sample-admin.ts';
import { describeBlog } from '../support/sample-blog.ts';
import { editingTests } from '../support/sample-editing.ts';
import { readingTests } from '../support/sample-reading.ts';
import { visitorTests } from '../support/sample-visitors.ts';

const tests = [readingTests, editingTests, visitorTests, adminTests];

describeBlog('the sample blog on Express', { platform: 'express' }, ...tests);
describeBlog('the sample blog on Fastify', { platform: 'fastify' }, ...tests);
