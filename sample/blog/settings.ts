import type { Platform } from './app.js';

export interface Settings {
  readonly port: number;
  readonly platform: Platform;
  readonly redisUrl: string | undefined;
}

/** A setting that means nothing; its message is a sentence for a person. */
export class SettingError extends Error {}

/** @throws SettingError */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const { PORT = '3000', PLATFORM = 'express', REDIS_URL } = env;
  const port = Number(PORT);
  if (!/^\d+$/.test(PORT) || port > 65_535)
    throw new SettingError(`PORT is "${PORT}", which is not the number of a port.`);
  if (PLATFORM !== 'express' && PLATFORM !== 'fastify') {
    throw new SettingError(`PLATFORM is "${PLATFORM}"; it can be "express" or "fastify".`);
  }
  if (REDIS_URL && !isRedisUrl(REDIS_URL)) {
    // It is not shown, for it may hold a password.
    throw new SettingError('REDIS_URL must begin with redis:// or rediss://, such as redis://localhost:6379');
  }
  return { port, platform: PLATFORM, redisUrl: REDIS_URL || undefined };
}

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol);
}
