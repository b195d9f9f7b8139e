// The helper of the integration tests, compiled for plain Node.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { ensureRedisServer } from '../../scripts/redis-server.mjs';
import { root } from '../../scripts/tsc.mjs';

/** Starts a real redis-server. */
export async function startRedis(folder) {
  process.env.REDIS_SERVER_BIN = ensureRedisServer();
  const source = readFileSync(join(root, 'test/support/redis.ts'), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const support = join(folder, 'support');
  mkdirSync(support);
  const compiled = join(support, 'redis.mjs');
  writeFileSync(compiled, outputText);
  const { RedisServer } = await import(pathToFileURL(compiled).href);
  return RedisServer.start();
}
