import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { createApp } from '../../sample/blog/app.ts';
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
    'prints a line for every route of the application',
    async () => {
      const routes = await routesOfBlog();
      const [story, others] = printed.split('Every other route.').map((part) =>
        curlLines(part).map((line) => {
          const called = requestOf(line);
          return routes.find((route) => isCallOf(route, called)) ?? `no route: ${called}`;
        }),
      );
      const untold = routes.filter((route) => !story!.includes(route));
      expect(routes.length).toBeGreaterThan(20);
      expect([...others!].sort()).toEqual(untold.sort());
    },
    START_DEADLINE_MS,
  );

  it(
    'prints lines that work in a shell, one after the other',
    async () => {
      const lines = curlLines(printed);
      // Without what curl says of its progress.
      const { stdout } = await promisify(execFile)('sh', ['-c', lines.join('\n')]);
      const statuses = stdout.match(/^HTTP\/1\.1 \d+/gm) ?? [];
      // The one that signs in shows no answer.
      const shown = lines.filter((line) => line.startsWith('curl '));
      expect(shown.map((line, index) => [line, statuses[index]])).toEqual(
        shown.map((line) => [line, expect.stringMatching(/ 20[014]$/)]),
      );
    },
    START_DEADLINE_MS,
  );

  it(
    'says in one sentence that REDIS_URL is no URL of Redis',
    async () => {
      const another = runScript('start', { PORT: `${await freePort()}`, REDIS_URL: 'localhost:6379' });
      const [said, [code]] = await Promise.all([output(another), once(another, 'exit')]);
      expect(said).toBe('REDIS_URL must begin with redis:// or rediss://, such as redis://localhost:6379\n');
      expect(code).toBe(1);
    },
    START_DEADLINE_MS,
  );

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

/** `GET /api/posts/:slug` and so on, as the blog registered them with Express. */
async function routesOfBlog(): Promise<string[]> {
  const app = await createApp('express', {});
  const { router } = app.getHttpAdapter().getInstance() as {
    router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
  };
  await app.close();
  return router.stack.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : [],
  );
}

/** The lines for a shell, without what is said about them. */
function curlLines(text: string): string[] {
  return text.match(/(?<=^ {3}.*)(TOKEN=\$\(|\bcurl -iw ).*$/gm) ?? [];
}

/** `PUT /api/posts/grid/like` */
function requestOf(line: string): string {
  const [, method = line.includes(" -d '") ? 'POST' : 'GET'] = / -X (\w+)/.exec(line) ?? [];
  return `${method} ${new URL(/'(http[^']+)'/.exec(line)![1]!).pathname}`;
}

function isCallOf(route: string, request: string): boolean {
  return new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(request);
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
