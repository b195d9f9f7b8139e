import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { createApp } from './app.js';
import type { Settings } from './settings.js';
import { SettingError, readSettings } from './settings.js';
import { welcome } from './welcome.js';

try {
  await start(readSettings(process.env));
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

async function start(settings: Settings): Promise<void> {
  const started = performance.now();
  await tryPort(settings.port);
  const app = await createApp(settings.platform, settings);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(app));
  await app.listen(settings.port);
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(welcome(`http://localhost:${port}`, settings, seconds));
}

/** Fails at once where somebody else listens already, before the database is filled. */
async function tryPort(port: number): Promise<void> {
  const server = createServer().listen(port);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

async function stop(app: INestApplication): Promise<void> {
  await app.close();
  process.exit(0);
}

/** One sentence for what a person can put right; for everything else the whole error. */
function explain(error: unknown): unknown {
  if (error instanceof SettingError) return error.message;
  const { code, port } = error as { code?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') return `Port ${String(port)} is taken. Choose another one: PORT=3001 npm start`;
  return error;
}
