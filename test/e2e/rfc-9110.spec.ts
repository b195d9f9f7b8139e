import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import {
  Controller,
  Get,
  Head,
  Header,
  Headers,
  HttpCode,
  Injectable,
  Param,
  Post,
  Res,
  UseGuards,
} from '@nestjs/common';
import { Cacheable, CacheService, InvalidateCache } from '../../lib/index.js';
import type { Answer, Platform } from '../support/application.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

interface Reply {
  header(name: string, value: string | string[]): void;
}

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';
const LATER = 'Mon, 07 Nov 1994 08:49:37 GMT';

let runs = 0;

@Injectable()
class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-forbidden'] !== 'yes';
  }
}

@Controller()
class PagesController {
  @Get('page/:id')
  @Cacheable('public:page:<<id>>')
  page(@Param('id') id: string): unknown {
    runs++;
    return { id, text: 'ünïcödé, "quoted"' };
  }

  @Get('list')
  @Cacheable('public:list')
  list(): unknown {
    return [{ id: 1 }, { id: 2 }];
  }

  @Head('list/size')
  @Cacheable('public:list:size')
  size(): unknown {
    return { size: 2 };
  }

  @Get('text')
  @Cacheable('public:text')
  text(): unknown {
    return 'text';
  }

  @Get('own-etag')
  @Header('ETag', '"own"')
  @Cacheable('public:own-etag')
  ownEtag(): unknown {
    return { own: true };
  }

  @Get('dated')
  @Cacheable('public:dated', { ignore: ['response'] })
  dated(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Last-Modified', DATE);
    return { dated: true };
  }

  @Get('linked')
  @Cacheable('public:linked', { ignore: ['response'] })
  linked(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Link', ['</a>; rel=next', '</b>; rel=prev']);
    return [];
  }

  @Get('accepted')
  @HttpCode(202)
  @Cacheable('public:accepted')
  accepted(): unknown {
    return { accepted: true };
  }

  @Post('page')
  @HttpCode(200)
  @InvalidateCache(['public:list'])
  posted(): unknown {
    return { posted: true };
  }

  @Get('guarded')
  @UseGuards(SignedIn)
  @Cacheable('public:guarded')
  guarded(): unknown {
    return { guarded: true };
  }

  @Get('language')
  @Cacheable('public:language', { vary: ['Accept-Language', 'x-currency'] })
  language(@Headers('accept-language') language = 'en'): unknown {
    return { run: ++runs, language };
  }

  @Get('named')
  @Cacheable('public:named:<<@headers.x-city|none>>:<<x-currency>>')
  named(@Headers('x-currency') currency: string): unknown {
    return { run: ++runs, currency };
  }

  @Get('own-vary')
  @Header('Vary', 'Origin, Accept-Language')
  @Cacheable('public:own-vary', { vary: ['accept-language', 'accept'] })
  ownVary(): unknown {
    return { run: ++runs };
  }
}

/** What X-Cache says, and the lines of a field as they were sent. */
async function rawFields(url: string, name: string): Promise<unknown[]> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent: false }, resolve).on('error', reject);
  });
  response.resume();
  const { rawHeaders, headers } = response;
  return [headers['x-cache'], ...rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === name)];
}

describe.each(PLATFORMS)('RFC 9110 on %s', (platform: Platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, controllers: [PagesController], providers: [SignedIn] });
  });
  beforeEach(async () => {
    runs = 0;
    await app.get(CacheService).clear();
  });
  afterAll(() => app.stop());

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    app.fetch(path, { headers, method });
  const etagOf = async (path: string): Promise<string> => (await ask(path)).headers.get('etag')!;

  describe('section 8.8.3, ETag', () => {
    it('is strong, and the same on miss and hit', async () => {
      const [miss, hit] = [await ask('/page/1'), await ask('/page/1')];
      expect([miss.cache, hit.cache]).toEqual(['MISS', 'HIT']);
      expect(miss.headers.get('etag')).toMatch(/^"[\w-]{22}"$/);
      expect(hit.headers.get('etag')).toBe(miss.headers.get('etag'));
      expect(hit.body).toBe(miss.body);
    });

    it('is another one for another content', async () => {
      expect(await etagOf('/page/1')).not.toBe(await etagOf('/page/2'));
    });

    it('comes back with the content, whatever was between', async () => {
      const before = await etagOf('/page/1');
      await app.get(CacheService).invalidate('public:page:1');
      expect(await etagOf('/page/1')).toBe(before);
      expect(runs).toBe(2);
    });

    it('has one author: that of the application stays', async () => {
      for (let call = 0; call < 2; call++) expect(await etagOf('/own-etag')).toBe('"own"');
    });

    it('is left to the platform for what is no JSON', async () => {
      const [miss, hit] = [await ask('/text'), await ask('/text')];
      expect(hit.cache).toBe('HIT');
      expect(hit.headers.get('etag')).toBe(miss.headers.get('etag'));
      expect(hit.headers.get('etag') ?? 'W/').toMatch(/^W\//);
    });
  });

  describe('section 13.1.2, If-None-Match', () => {
    it.each<[string, (etag: string) => string]>([
      ['the validator', (etag) => etag],
      ['the validator, made weak on the way (8.8.3.2)', (etag) => `W/${etag}`],
      ['a list with the validator', (etag) => `"a,b", W/"other" ,${etag}`],
      ['whatever there is', () => '*'],
    ])('answers 304 to %s, on a hit and on a miss', async (_, condition) => {
      const etag = await etagOf('/page/1');
      for (const lookup of ['HIT', 'MISS']) {
        const answer = await ask('/page/1', { 'if-none-match': condition(etag) });
        expect([answer.status, answer.cache, answer.body]).toEqual([304, lookup, '']);
        await app.get(CacheService).clear();
      }
    });

    it.each(['"other"', 'W/"other"', '', 'none', '"', '""'])('answers 200 to %s', async (condition) => {
      await ask('/page/1');
      const answer = await ask('/page/1', { 'if-none-match': condition });
      expect([answer.status, answer.cache]).toEqual([200, 'HIT']);
    });

    it('takes the validator as it is: without its quotes it is none', async () => {
      const etag = await etagOf('/page/1');
      expect((await ask('/page/1', { 'if-none-match': etag.slice(1, -1) })).status).toBe(200);
      expect((await ask('/page/1', { 'if-none-match': etag.toUpperCase() })).status).toBe(200);
    });

    it('answers 304 for HEAD, and nothing but 304 to reads', async () => {
      const etag = await etagOf('/page/1');
      expect((await ask('/page/1', { 'if-none-match': etag }, 'HEAD')).status).toBe(304);
      expect((await ask('/page', { 'if-none-match': '*' }, 'POST')).status).toBe(200);
    });
  });

  describe('section 13.1.3, If-Modified-Since', () => {
    it('answers 304 where the handler names a date that is not later', async () => {
      for (const lookup of ['MISS', 'HIT']) {
        const answer = await ask('/dated', { 'if-modified-since': DATE });
        expect([answer.status, answer.cache]).toEqual([304, lookup]);
      }
      expect((await ask('/dated', { 'if-modified-since': LATER })).status).toBe(304);
      expect((await ask('/dated', { 'if-modified-since': 'Sat, 05 Nov 1994 08:49:37 GMT' })).status).toBe(200);
    });

    it('is ignored where it is no date, where there is no date, and next to If-None-Match', async () => {
      expect((await ask('/dated', { 'if-modified-since': 'yesterday' })).status).toBe(200);
      expect((await ask('/page/1', { 'if-modified-since': LATER })).status).toBe(200);
      expect((await ask('/dated', { 'if-modified-since': LATER, 'if-none-match': '"other"' })).status).toBe(200);
    });
  });

  it('13.2.1: conditions are not looked at where the answer would be no 200', async () => {
    const answer = await ask('/accepted', { 'if-none-match': '*' });
    expect([answer.status, answer.json()]).toEqual([202, { accepted: true }]);
  });

  it('13.2.1: nobody learns by a condition what a guard would not show', async () => {
    const etag = await etagOf('/guarded');
    expect((await ask('/guarded', { 'if-none-match': etag })).status).toBe(304);
    const refused = await ask('/guarded', { 'if-none-match': etag, 'x-forbidden': 'yes' });
    expect([refused.status, refused.cache, refused.headers.get('etag') === etag]).toEqual([403, null, false]);
  });

  it('15.4.5: a 304 says what the 200 said about itself, and nothing about a content', async () => {
    const full = await ask('/language', { 'accept-language': 'de' });
    const headers = { 'accept-language': 'de', 'if-none-match': full.headers.get('etag')! };
    const answer = await ask('/language', headers);
    expect(answer.status).toBe(304);
    for (const name of ['etag', 'vary', 'cache-control']) {
      expect([name, answer.headers.get(name)]).toEqual([name, full.headers.get(name)]);
    }
    expect(answer.headers.get('content-type')).toBeNull();
    // Section 8.6: there must be none, or that of the 200.
    expect(answer.headers.get('content-length')).toBeNull();
  });

  it('5.6.7: a date has one of three forms, all of them in GMT', async () => {
    for (const date of ['Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) {
      expect([date, (await ask('/dated', { 'if-modified-since': date })).status]).toEqual([date, 304]);
    }
    // Express reads them once more, with Date.parse, as it does without a cache.
    const others = platform === 'fastify' ? ['2099', '2099-01-01', 'Sun, 06 Nov 2094 08:49:37 +0000'] : ['never'];
    for (const date of others) {
      expect([date, (await ask('/dated', { 'if-modified-since': date })).status]).toEqual([date, 200]);
    }
  });

  it('5.3: a field with several lines has them on a hit as well', async () => {
    for (const lookup of ['MISS', 'HIT']) {
      expect(await rawFields(app.url + '/linked', 'link')).toEqual([lookup, '</a>; rel=next', '</b>; rel=prev']);
    }
  });

  describe('section 9.3.2, HEAD', () => {
    it('shares the entry of GET, and says what GET says', async () => {
      const [head, get, again] = [
        await ask('/page/1', {}, 'HEAD'),
        await ask('/page/1'),
        await ask('/page/1', {}, 'HEAD'),
      ];
      expect([head.cache, get.cache, again.cache, runs]).toEqual(['MISS', 'HIT', 'HIT', 1]);
      for (const { status, body, headers } of [head, again]) {
        expect([status, body]).toEqual([200, '']);
        for (const name of ['etag', 'content-type', 'cache-control', 'vary']) {
          expect([name, headers.get(name)]).toEqual([name, get.headers.get(name)]);
        }
        expect(headers.get('content-length')).toBe(String(Buffer.byteLength(get.body)));
      }
    });

    it('has the same length after 304 too, or none', async () => {
      const etag = await etagOf('/list');
      const { headers, status } = await ask('/list', { 'if-none-match': etag }, 'HEAD');
      expect(status).toBe(304);
      expect([null, '19']).toContain(headers.get('content-length'));
    });

    it('may have a handler of its own', async () => {
      const [first, second] = [await ask('/list/size', {}, 'HEAD'), await ask('/list/size', {}, 'HEAD')];
      expect([first.cache, second.cache, second.headers.get('content-length')]).toEqual(['MISS', 'HIT', '10']);
      expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    });
  });

  describe('section 12.5.5, Vary', () => {
    it('names the headers that the key is made of, on miss and hit, and keeps their answers apart', async () => {
      const german = { 'accept-language': 'de' };
      const answers = [await ask('/language', german), await ask('/language', german), await ask('/language')];
      expect(answers.map(({ cache }) => cache)).toEqual(['MISS', 'HIT', 'MISS']);
      for (const { headers } of answers) expect(headers.get('vary')).toBe('accept-language, x-currency');
      expect((await ask('/language', { ...german, 'x-currency': 'EUR' })).cache).toBe('MISS');
    });

    it('drops every variant with its path', async () => {
      await ask('/language', { 'accept-language': 'de' });
      await app.get(CacheService).invalidate('public:language');
      expect((await ask('/language', { 'accept-language': 'de' })).cache).toBe('MISS');
    });

    it('names headers that a template names', async () => {
      const answer = await ask('/named', { 'x-currency': 'EUR' });
      expect(answer.headers.get('vary')).toBe('x-city, x-currency');
    });

    it('is added to what the application says, once', async () => {
      for (let call = 0; call < 2; call++) {
        expect((await ask('/own-vary')).headers.get('vary')).toBe('Origin, Accept-Language, accept');
      }
    });
  });
});
