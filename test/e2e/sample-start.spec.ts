import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../support/redis.ts';

/** It compiles the sample and fills its database. */
const START_DEADLINE_MS = 60_000;

describe('npm start', () => {
  let port: number;
  let blog: ChildProcess;
  let printed: string;

  beforeAll(async () => {
    port = await freePort();
    blog = start(port);
    printed = await output(blog, /^Users: .*$/m);
  }, START_DEADLINE_MS);

  afterAll(async () => {
    await end(blog, 'SIGKILL');
  });

  it('says where the blog is, on which platform, and which store it uses', () => {
    expect(printed).toContain(`http://localhost:${port}, on Express`);
    expect(printed).toContain('The cache is in the memory of this process');
  });

  it('prints lines that read a post from the database, and then from the cache', async () => {
    const [first, second] = printed.match(/(?<=^ +curl .*')http[^']+(?=')/gm) ?? [];
    expect(first).toContain('/api/posts/grid');
    expect((await fetch(first!)).headers.get('x-cache')).toBe('MISS');
    expect((await fetch(second!)).headers.get('x-cache')).toBe('HIT');
  });

  it(
    'says in one sentence that the port is taken',
    async () => {
      const another = start(port);
      const [said, [code]] = await Promise.all([output(another), once(another, 'exit')]);
      expect(said).toBe(`Port ${port} is taken. Choose another one: PORT=3001 npm start\n`);
      expect(code).toBe(1);
    },
    START_DEADLINE_MS,
  );

  it('ends on Ctrl-C', async () => {
    const [code] = await end(blog, 'SIGINT');
    expect(code).toBe(0);
  });
});

describe('npm run tour', () => {
  const run = async (env: Record<string, string>): Promise<{ lines: string[]; code: unknown }> => {
    const tour = runScript('tour', env);
    const [said, [code]] = await Promise.all([output(tour), once(tour, 'exit')]);
    return { lines: said.trimEnd().split('\n'), code };
  };

  it(
    'shows each request with its key, and ends by itself',
    async () => {
      const { lines, code } = await run({ PLATFORM: 'fastify' });
      expect(lines.at(-1)).toMatch(/^Every step was as expected: \d+ hits .*, \d+ misses /);
      expect(code).toBe(0);
      const [cold, hot] = lines.filter((line) => / GET \/posts\/grid +public:/.test(line));
      expect(cold).toMatch(/^ {2}MISS +[\d.]+ ms {2}GET \/posts\/grid +public:blog:detail:grid:en$/);
      expect(hot).toMatch(/^ {2}HIT +[\d.]+ ms {2}GET \/posts\/grid +public:blog:detail:grid:en$/);
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
    },
    START_DEADLINE_MS,
  );

  it(
    'fails where the cache does not do what it tells of, and says why',
    async () => {
      const { lines, code } = await run({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
      expect(lines.join('\n')).toMatch(/NOT AS EXPECTED: .*ECONNREFUSED/);
      expect(code).toBe(1);
    },
    START_DEADLINE_MS,
  );
});

function start(port: number): ChildProcess {
  return runScript('start', { PORT: `${port}` });
}

function runScript(name: string, settings: Record<string, string>): ChildProcess {
  const { REDIS_URL: _, PLATFORM: __, ...env } = process.env;
  return spawn(process.execPath, [`scripts/${name}.mjs`], { env: { ...env, ...settings }, stdio: 'pipe' });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  if (child.exitCode !== null || child.signalCode !== null) return [];
  child.kill(signal);
  return once(child, 'exit');
}

/** What a process says until it has said this, or until it ends. */
async function output(child: ChildProcess, until?: RegExp): Promise<string> {
  let said = '';
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (until?.test(said)) resolve();
      });
    }
  });
  return said;
}
