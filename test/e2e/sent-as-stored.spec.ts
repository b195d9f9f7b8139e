import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Header, Param, Render } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { jest } from '@jest/globals';
import { Exclude } from 'class-transformer';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { CacheModule, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

class User {
  readonly name = 'Ann';
  @Exclude()
  readonly password = 'secret';
}

/** What a handler that calls itself got from that. */
let seen: unknown;

@Controller()
class PagesController {
  @Get('object')
  @Cacheable('public:object')
  object(): unknown {
    return { title: 'Grüße 😀', posts: [{ id: 1 }, { id: 2 }] };
  }

  @Get('list')
  @Cacheable('public:list')
  list(): unknown {
    return [{ id: 1 }, { id: 2 }];
  }

  @Get('type')
  @Cacheable('public:type', { type: User })
  typed(): User {
    return new User();
  }

  @Get('flat')
  @Header('X-Made-By', 'hand')
  @Cacheable('public:flat')
  flat(): unknown {
    return { then: 'it goes on', lift: 1, statusCode: 500 };
  }

  @Get('media')
  @Header('Content-Type', 'application/problem+json')
  @Cacheable('public:media')
  media(): unknown {
    return { title: 'none' };
  }

  @Get('self/:id')
  @Cacheable('public:self:<<id>>')
  async self(@Param('id') id: string): Promise<unknown> {
    if (id === 'inner') return { inner: [1] };
    seen = structuredClone(await this.self('inner'));
    return { outer: seen };
  }

  @Get('uncached/:id')
  @Cacheable('public:uncached:<<id>>', { when: (id: string) => id === 'inner' })
  async uncached(@Param('id') id: string): Promise<unknown> {
    if (id === 'inner') return { inner: [1] };
    return { outer: structuredClone(await this.uncached('inner')) };
  }
}

/** How often JSON is read and written while a request is answered. */
async function countingJson<T>(ask: () => Promise<T>): Promise<{ answer: T; parsed: number; written: number }> {
  const [parse, stringify] = [jest.spyOn(JSON, 'parse'), jest.spyOn(JSON, 'stringify')];
  try {
    const answer = await ask();
    return { answer, parsed: parse.mock.calls.length, written: stringify.mock.calls.length };
  } finally {
    parse.mockRestore();
    stringify.mockRestore();
  }
}

describe.each(PLATFORMS)('a hit on a handler on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, controllers: [PagesController] });
  });
  afterAll(() => app.stop());

  it.each(['/object', '/list', '/type', '/flat', '/media'])('is sent as it is stored, unread: %s', async (path) => {
    const miss = await app.fetch(path);
    const { answer: hit, parsed, written } = await countingJson(() => app.fetch(path));
    expect([hit.cache, hit.status, hit.body]).toEqual(['HIT', 200, miss.body]);
    for (const name of ['etag', 'content-type', 'content-length', 'x-made-by']) {
      expect([name, hit.headers.get(name)]).toEqual([name, miss.headers.get(name)]);
    }
    expect({ parsed, written }).toEqual({ parsed: 0, written: 0 });
  });

  it('is not read for HEAD and for 304 either', async () => {
    const { headers, body } = await app.fetch('/object');
    const condition = { 'if-none-match': headers.get('etag')! };
    const head = await countingJson(() => app.fetch('/object', { method: 'HEAD' }));
    const same = await countingJson(() => app.fetch('/object', { headers: condition }));
    expect([head.answer.cache, head.answer.headers.get('content-length')]).toEqual([
      'HIT',
      String(Buffer.byteLength(body)),
    ]);
    expect([same.answer.cache, same.answer.status]).toEqual(['HIT', 304]);
    expect([head.parsed, head.written, same.parsed, same.written]).toEqual([0, 0, 0, 0]);
  });

  it('is the value itself for a handler that calls itself', async () => {
    expect((await app.fetch('/self/inner')).cache).toBe('MISS');
    expect((await app.fetch('/self/outer')).json()).toEqual({ outer: { inner: [1] } });
    expect(seen).toEqual({ inner: [1] });
  });

  it('is the value itself for a handler that is not cached and calls itself', async () => {
    expect((await app.fetch('/uncached/inner')).cache).toBe('MISS');
    for (let call = 0; call < 2; call++) {
      expect((await app.fetch('/uncached/outer')).json()).toEqual({ outer: { inner: [1] } });
    }
  });
});

/** An adapter of the application that changes what is sent. */
function enveloping(platform: string): ExpressAdapter | FastifyAdapter {
  const adapter = platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const { reply } = adapter as { reply(...args: unknown[]): unknown };
  return Object.assign(adapter, {
    reply: (response: unknown, body: unknown, ...rest: unknown[]) =>
      reply.call(adapter, response, { data: body, names: Object.keys(body as object) }, ...rest),
  });
}

describe.each(PLATFORMS)('an adapter of the application on %s', (platform) => {
  it('may look into what it sends, and send something else', async () => {
    class RootModule {}
    Module({ imports: [CacheModule.forRoot({})], controllers: [PagesController] })(RootModule);
    const app = await NestFactory.create(RootModule, enveloping(platform), { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    for (const lookup of ['MISS', 'HIT']) {
      const answer = await fetch(`http://127.0.0.1:${port}/list`);
      expect([answer.headers.get('x-cache'), await answer.json()]).toEqual([
        lookup,
        { data: [{ id: 1 }, { id: 2 }], names: ['0', '1'] },
      ]);
    }
    await app.close();
  });
});

@Controller()
class ViewController {
  @Get('view')
  @Render('post')
  @Cacheable('public:view')
  view(): unknown {
    return { post: { title: 'one' } };
  }
}

it('a view engine is given the value itself', async () => {
  const configure = (app: INestApplication): void => {
    const fastify = app.getHttpAdapter().getInstance() as {
      decorateReply(name: string, value: (view: string, options: unknown) => unknown): void;
    };
    fastify.decorateReply('view', function (this: { send(text: string): unknown }, view, options) {
      return this.send(`${view}: ${JSON.stringify(structuredClone(options))}`);
    });
  };
  const app = await TestApplication.start({ platform: 'fastify', controllers: [ViewController], configure });
  for (const lookup of ['MISS', 'HIT']) {
    const { cache, body } = await app.fetch('/view');
    expect([cache, body]).toEqual([lookup, 'post: {"post":{"title":"one"}}']);
  }
  await app.stop();
});

it('a hook of Fastify that replaces send of a reply is given the value itself', async () => {
  const configure = (app: INestApplication): void => {
    const fastify = app.getHttpAdapter().getInstance() as {
      addHook(
        name: 'onRequest',
        hook: (request: object, reply: { send(body: unknown): unknown }) => Promise<void>,
      ): void;
    };
    fastify.addHook('onRequest', (_, reply) => {
      const { send } = reply;
      reply.send = (body) => send.call(reply, { data: structuredClone(body) });
      return Promise.resolve();
    });
  };
  const app = await TestApplication.start({ platform: 'fastify', controllers: [PagesController], configure });
  for (const lookup of ['MISS', 'HIT']) {
    const { cache, body } = await app.fetch('/list');
    expect([cache, body]).toEqual([lookup, '{"data":[{"id":1},{"id":2}]}']);
  }
  await app.stop();
});

it.each([
  ['json spaces', 1, '[\n {\n  "id": 1\n },\n {\n  "id": 2\n }\n]'],
  [
    'json replacer',
    (key: string, value: unknown) => (key === 'id' ? 'hidden' : value),
    '[{"id":"hidden"},{"id":"hidden"}]',
  ],
])('%s of Express has its way on hits', async (setting, value, expected) => {
  const configure = (app: INestApplication): void => {
    (app.getHttpAdapter().getInstance() as { set(name: string, value: unknown): void }).set(setting, value);
  };
  const app = await TestApplication.start({ controllers: [PagesController], configure });
  for (const lookup of ['MISS', 'HIT']) {
    const { cache, body } = await app.fetch('/list');
    expect([cache, body]).toEqual([lookup, expected]);
  }
  await app.stop();
});
