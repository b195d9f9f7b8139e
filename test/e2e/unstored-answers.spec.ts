import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Controller, Get, HttpCode, Injectable, Redirect, Req, Res, UseGuards } from '@nestjs/common';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

interface Reply {
  header(name: string, value: string): void;
  status(code: number): void;
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>;
}

const STATUSES = [201, 202, 204, 206, 301, 304, 400, 401, 404, 500, 503];
const FORBIDDING = ['private=""', 'max-age=60, PRIVATE', 'No-Store="x"', 'private; max-age=60', 'max-age=60 private'];
const ALLOWING = 'public, max-age=60, x-private';

let runs = 0;

/** Says `Cache-Control` before the handler runs, as a decorator would. */
@Injectable()
class CacheControlGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    http.getResponse<Reply>().header('Cache-Control', http.getRequest<Asked>().headers['x-wanted']!);
    return true;
  }
}

@Controller()
class AnswersController {
  @Get('status')
  @Cacheable('public:status')
  status(@Res({ passthrough: true }) reply: Reply, @Req() { headers }: Asked): unknown {
    reply.status(Number(headers['x-status']));
    return { run: ++runs };
  }

  @Get('empty')
  @HttpCode(204)
  @Cacheable('public:empty')
  empty(): void {
    runs++;
  }

  @Get('moved')
  @Redirect('/elsewhere', 302)
  @Cacheable('public:moved')
  moved(): unknown {
    return { url: `/moved/${++runs}` };
  }

  @Get('cache-control')
  @UseGuards(CacheControlGuard)
  @Cacheable('public:cache-control')
  cacheControl(): unknown {
    return { run: ++runs };
  }
}

describe.each(PLATFORMS)('an answer on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, controllers: [AnswersController], providers: [CacheControlGuard] });
  });
  afterAll(() => app.stop());

  const ask = (path: string, headers: Record<string, string> = {}) => app.fetch(path, { headers, redirect: 'manual' });

  it.each(STATUSES)('is not stored with the status %s', async (status) => {
    const before = runs;
    for (let call = 0; call < 2; call++) {
      const answer = await ask('/status', { 'x-status': String(status) });
      expect([answer.status, answer.cache]).toEqual([status, 'MISS']);
    }
    expect(runs).toBe(before + 2);
  });

  it('is not stored without content', async () => {
    expect(await app.lookups('/empty', '/empty')).toEqual(['MISS', 'MISS']);
  });

  it('is not stored where it redirects', async () => {
    const [first, second] = [await ask('/moved'), await ask('/moved')];
    expect([first.status, second.status, second.cache]).toEqual([302, 302, 'MISS']);
    expect(first.headers.get('location')).not.toBe(second.headers.get('location'));
  });

  it.each(FORBIDDING)('is not stored with Cache-Control: %s', async (text) => {
    for (let call = 0; call < 2; call++) {
      const { cache, headers } = await ask('/cache-control', { 'x-wanted': text });
      expect([cache, headers.get('cache-control')]).toEqual(['MISS', text]);
    }
  });

  it('is stored with a Cache-Control that forbids nothing', async () => {
    await ask('/cache-control', { 'x-wanted': ALLOWING });
    expect((await ask('/cache-control', { 'x-wanted': ALLOWING })).cache).toBe('HIT');
  });
});
