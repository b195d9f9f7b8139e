import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Controller, Get, HttpCode, Injectable, Redirect, Req, Res, UseGuards } from '@nestjs/common';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

interface Reply {
  header(name: string, value: string | string[]): void;
  status(code: number): void;
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>;
}

const STATUSES = [201, 202, 204, 206, 301, 304, 400, 401, 404, 500, 503];
const FORBIDDING = ['private=""', 'max-age=60, PRIVATE', 'No-Store="x"', 'private; max-age=60', 'max-age=60 private'];
const ALLOWING = 'public, max-age=60, x-private';

let runs = 0;

/** Sets a header before the handler runs, as a decorator would. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const [name, ...values] = http.getRequest<Asked>().headers['x-wanted']!.split(' | ');
    http.getResponse<Reply>().header(name!, values.length > 1 ? values : values[0]!);
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

  @Get('header')
  @UseGuards(HeaderGuard)
  @Cacheable('public:header')
  header(): unknown {
    return { run: ++runs };
  }
}

describe.each(PLATFORMS)('an answer on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      controllers: [AnswersController],
      providers: [HeaderGuard],
      cache: { ignore: ['request', 'response'] },
    });
  });
  afterAll(() => app.stop());

  const ask = (path: string, headers: Record<string, string> = {}) => app.fetch(path, { headers, redirect: 'manual' });

  it.each(STATUSES)('is not stored with the status %s', async (status) => {
    const before = runs;
    for (let call = 0; call < 2; call++) {
      const answer = await ask('/status', { 'x-status': String(status) });
      expect([answer.status, answer.cache]).toEqual([status, status < 400 ? 'MISS' : null]);
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
      const { cache, headers } = await ask('/header', { 'x-wanted': `Cache-Control | ${text}` });
      expect([cache, headers.get('cache-control')]).toEqual(['MISS', text]);
    }
  });

  it.each(['Cache-Control | max-age=60 | no-store', 'Set-Cookie | session=1'])(
    'is not stored where something before the handler says %s',
    async (wanted) => {
      for (let call = 0; call < 2; call++) expect((await ask('/header', { 'x-wanted': wanted })).cache).toBe('MISS');
    },
  );

  it('is stored with a Cache-Control that forbids nothing', async () => {
    await ask('/header', { 'x-wanted': `Cache-Control | ${ALLOWING}` });
    expect((await ask('/header', { 'x-wanted': `Cache-Control | ${ALLOWING}` })).cache).toBe('HIT');
  });
});
