import { Controller, Get, Header, Res } from '@nestjs/common';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';

interface Reply {
  header(name: string, value: string): unknown;
}

const KEPT = {
  'cache-control': 'max-age=60',
  'content-disposition': 'inline; filename="page.json"',
  'content-language': 'de',
  'content-type': 'application/vnd.api+json; charset=utf-8',
  'last-modified': 'Sat, 01 Nov 2025 10:00:00 GMT',
  link: '</pages/2>; rel="next"',
  'x-total-count': '42',
};

let gate = new Gate();

@Controller()
class PagesController {
  @Get('kept')
  @Header('X-Fixed', 'always')
  @Cacheable('public:kept')
  kept(@Res({ passthrough: true }) reply: Reply): unknown {
    for (const [name, value] of Object.entries(KEPT)) reply.header(name, value);
    return [1];
  }

  @Get('menu')
  @Cacheable('public:menu')
  menu(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Content-Language', 'de');
    return [1];
  }

  @Get('news')
  @Cacheable('public:news')
  async news(): Promise<unknown> {
    await gate.pass();
    return [1];
  }

  @Get('home')
  async home(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    gate = new Gate();
    const news = this.news();
    await gate.reached;
    await this.menu(reply);
    gate.open();
    return news;
  }

  @Get('own')
  @Cacheable('public:own')
  own(@Res({ passthrough: true }) reply: Reply): unknown {
    for (const [name, value] of Object.entries(KEPT)) reply.header(name, value);
    reply.header('x-own', 'yes');
    return [1];
  }
}

describe.each(PLATFORMS)('the header fields of a handler on %s', (platform) => {
  let app: TestApplication;
  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      controllers: [PagesController],
      cache: { ignore: ['response'] },
    });
  });
  afterAll(() => app.stop());

  it('are the same on a hit, if they are among those that describe the result, or of @Header', async () => {
    for (const cache of ['MISS', 'HIT']) {
      const answer = await app.fetch('/kept');
      const names = [...Object.keys(KEPT), 'x-fixed'];
      expect(answer.cache).toBe(cache);
      expect(Object.fromEntries(names.map((name) => [name, answer.headers.get(name)]))).toEqual({
        ...KEPT,
        'x-fixed': 'always',
      });
    }
  });

  it('stay with the handler that set them, where another one calls several at once', async () => {
    await app.fetch('/home');
    for (const [path, language] of [
      ['/news', null],
      ['/menu', 'de'],
    ] as const) {
      for (const cache of ['MISS', 'HIT']) {
        const answer = await app.fetch(path);
        expect([answer.cache, answer.headers.get('content-language')]).toEqual([cache, language]);
      }
    }
  });

  it('keep a result from being stored, if there is any other among them', async () => {
    for (let call = 0; call < 2; call++) {
      const answer = await app.fetch('/own');
      expect([answer.cache, answer.headers.get('x-own')]).toEqual(['MISS', 'yes']);
    }
  });
});
