import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { createApp } from '../blog/app.js';
import { SettingError, readSettings } from '../blog/settings.js';
import { Guide } from './guide.js';
import { KeyLog } from './key-log.js';
import { heading, summary } from './lines.js';
import { tellStory } from './story.js';

/** Not that of `npm start`, whose entries tell of another database. */
const PREFIX = 'tour:blog';
const NAMES = { express: 'Express', fastify: 'Fastify' };

try {
  process.exit((await tour()) ? 0 : 1);
} catch (error) {
  console.error(error instanceof SettingError ? error.message : error);
  process.exit(1);
}

/** Starts the blog, drives it over HTTP, and says whether every step was as expected. */
async function tour(): Promise<boolean> {
  const started = performance.now();
  const { platform, redisUrl } = readSettings(process.env);
  const log = new KeyLog(PREFIX);
  const app = await createApp(platform, { redisUrl, prefix: PREFIX, debug: true, logger: log });
  try {
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const store = redisUrl ? 'Redis' : 'memory';
    console.log(heading({ platform: NAMES[platform], store, seconds, prefix: log.prefix }));
    const guide = new Guide(`http://127.0.0.1:${port}/api`, log, console.log);
    const isAsExpected = await tellStory(guide);
    if (isAsExpected) console.log(summary(guide.reads));
    return isAsExpected;
  } finally {
    await app.close();
  }
}
