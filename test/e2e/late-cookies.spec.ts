import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Res } from '@nestjs/common';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';

type SetCookie = (name: string, value?: string) => unknown;

interface Reply {
  readonly setCookie?: SetCookie;
  readonly cookie: SetCookie;
  readonly clearCookie: SetCookie;
}

interface FastifyReply {
  late?: string[];
  header(name: string, value: string[]): void;
}

interface Fastify {
  decorateReply(name: string, value: unknown): void;
  addHook(name: 'onSend', hook: (request: unknown, reply: FastifyReply) => Promise<void>): void;
}

type Show = (run: number) => Promise<unknown>;

const held =
  (gate: Gate): Show =>
  async (run) => {
    await gate.pass();
    return { run };
  };
const atOnce: { menu: Show; news: Show } = { menu: async (run) => ({ run }), news: async () => {} };
let shown = atOnce;
let runs = 0;
const usedAfterwards: boolean[] = [];

@Controller()
class CookiesController {
  @Get('set')
  @Cacheable('public:set')
  set(@Res({ passthrough: true }) reply: Reply): unknown {
    if (reply.setCookie) reply.setCookie('session', `s${++runs}`);
    else reply.cookie('session', `s${++runs}`);
    return { run: runs };
  }

  @Get('later')
  @Cacheable('public:later')
  async later(
    @Res({ passthrough: true }) { cookie }: Reply,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<unknown> {
    await new Promise(setImmediate);
    cookie.call(reply, 'session', `s${++runs}`);
    return { run: runs };
  }

  @Get('clear')
  @Cacheable('public:clear')
  clear(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.clearCookie('session');
    return { run: ++runs };
  }

  @Get('menu')
  @Cacheable('public:menu')
  async menu(@Res({ passthrough: true }) _reply: Reply): Promise<unknown> {
    return shown.menu(++runs);
  }

  @Get('news')
  @Cacheable('public:news')
  async news(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    await shown.news(runs);
    return this.set(reply);
  }

  /** Both load at the same time; the one that began first ends first. */
  @Get('home')
  async home(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    const [menu, news] = [new Gate(), new Gate()];
    shown = { menu: held(menu), news: held(news) };
    const menuShown = this.menu(reply);
    await menu.reached;
    const newsShown = this.news(reply);
    await news.reached;
    menu.open();
    await menuShown;
    news.open();
    shown = atOnce;
    return newsShown;
  }

  @Get('none')
  @Cacheable('public:none')
  none(): unknown {
    return { run: ++runs };
  }
}

/** As plugins of Fastify do it: the header is written when the answer is sent. */
function setCookiesLate(app: INestApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as Fastify;
  function setCookie(this: FastifyReply, name: string, value = ''): unknown {
    (this.late ??= []).push(`${name}=${value}`);
    return this;
  }
  for (const name of ['setCookie', 'cookie', 'clearCookie']) fastify.decorateReply(name, setCookie);
  fastify.addHook('onSend', async (_request, reply) => {
    usedAfterwards.push(Object.hasOwn(reply, 'setCookie'));
    if (reply.late) reply.header('Set-Cookie', reply.late);
  });
}

describe.each(PLATFORMS)('a cookie that a handler sets on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    const configure = platform === 'fastify' ? setCookiesLate : undefined;
    app = await TestApplication.start({
      platform,
      controllers: [CookiesController],
      cache: { ignore: ['response'] },
      ...(configure && { configure }),
    });
  });
  afterAll(() => app.stop());

  it.each(['set', 'later', 'clear'])('keeps the result of /%s out of the cache', async (path) => {
    const [first, second] = [await app.fetch(`/${path}`), await app.fetch(`/${path}`)];
    expect([first.cache, second.cache, first.body === second.body]).toEqual(['MISS', 'MISS', false]);
    for (const { headers } of [first, second]) expect(headers.get('set-cookie')).toMatch(/^session=/);
  });

  it('is noticed in each of several handlers that load for one request', async () => {
    await app.fetch('/home');
    expect(await app.lookups('/news', '/news')).toEqual(['MISS', 'MISS']);
  });

  it('is set by the function that was there before', async () => {
    const { headers, json } = await app.fetch('/set');
    expect(headers.get('set-cookie')).toMatch(`session=s${(json() as { run: number }).run}`);
    expect(usedAfterwards).not.toContain(true);
  });

  it('is not suspected where none is set', async () => {
    expect(await app.lookups('/none', '/none')).toEqual(['MISS', 'HIT']);
  });
});
