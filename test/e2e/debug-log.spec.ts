import { Controller, Get, Injectable, Param, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CacheService, Cacheable, InvalidateCache, memoryStore } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';
import { by, SignIn } from '../support/signed-in.js';

@Injectable()
class Service {
  @Cacheable('service:<<dto.id>>', { debug: true, store: 'static', ignore: ['dto', '_other'] })
  async find(dto: { id: number; password: string }, _other?: unknown): Promise<unknown> {
    return { secret: dto.password };
  }

  @Cacheable('quiet:<<id>>')
  async quiet(id: number): Promise<number> {
    return id;
  }
}

@Controller('posts')
class PostsController {
  @Get(':slug')
  @Cacheable('public:blog:detail:<<slug>>', { debug: true, ttl: '10m' })
  findOne(@Param('slug') slug: string): unknown {
    return { slug, text: 'secret '.repeat(200) };
  }

  @Post(':slug')
  @InvalidateCache(['public:blog:detail:<<slug>>'], { tags: ['blog'], debug: true })
  update(@Param('slug') slug: string): string {
    return slug;
  }
}

const PREFIX = 'quickpost:v1:public:blog:detail';

describe.each(PLATFORMS)('the debug log on %s', (platform) => {
  let app: TestApplication;
  const log = new RecordedLog();
  const since = (act: () => Promise<unknown>) => async () => {
    log.lines.length = 0;
    await act();
    return log.lines.map(({ text }) => text).filter((text) => text.startsWith('[Cache]'));
  };

  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      logger: log,
      controllers: [PostsController],
      providers: [Service, { provide: APP_GUARD, useClass: SignIn }],
      cache: { prefix: 'quickpost', stores: { static: memoryStore() } },
    });
  });
  afterAll(() => app.stop());

  it('shows what is asked, found and stored, and never a value', async () => {
    const lines = await since(() => app.fetch('/posts/my-post'))();
    expect(lines).toEqual([
      `[Cache] PostsController.findOne | args={"slug":"my-post"} user=~anon | key=${PREFIX}:my-post`,
      `[Cache] MISS ${PREFIX}:my-post`,
      expect.stringMatching(new RegExp(`^\\[Cache\\] SET ${PREFIX}:my-post ttl=600s \\d\\.\\d kB$`)),
    ]);
    expect(lines.join()).not.toContain('secret');
    expect((await since(() => app.fetch('/posts/my-post'))()).at(-1)).toBe(`[Cache] HIT ${PREFIX}:my-post`);
  });

  it('shows who is signed in, also somebody whom the key does not name', async () => {
    const [known] = await since(() => app.fetch('/posts/a', by({ id: 7, password: 'secret' })))();
    const [unknown] = await since(() => app.fetch('/posts/a', by({ name: 'secret' })))();
    expect([known, unknown]).toEqual([
      expect.stringContaining(' user=7 | key='),
      expect.stringContaining(' user=somebody without an identity | key='),
    ]);
  });

  it('shows what a write invalidates', async () => {
    const lines = await since(() => app.fetch('/posts/a', { method: 'POST' }))();
    expect(lines).toEqual([expect.stringMatching(/PostsController\.update \| invalidates .*public:blog:detail:a/)]);
  });

  it('shows of arguments that are no scalars only what they are, and the store of the key', async () => {
    const lines = await since(() => app.get(Service).find({ id: 3, password: 'secret' }))();
    expect(lines[0]).toBe('[Cache] Service.find | args={"dto":"an object"} | key=quickpost:~static:v1:service:3');
    expect(lines.join()).not.toContain('secret');
  });

  it('is silent about methods that nobody asked about', async () => {
    expect(await since(() => app.get(Service).quiet(1))()).toEqual([]);
    expect(await since(() => app.get(CacheService).set('a', 1))()).toEqual([]);
  });
});

describe('the option "debug" of the module', () => {
  it('logs every method and the service', async () => {
    const log = new RecordedLog();
    const app = await TestApplication.start({
      providers: [Service],
      logger: log,
      cache: { debug: true, stores: { static: memoryStore() } },
    });
    await app.get(Service).quiet(1);
    await app.get(CacheService).get('quiet:1');
    expect([log.about('MISS cache:v1:quiet:1').length, log.about('HIT cache:v1:quiet:1').length]).toEqual([1, 1]);
    await app.stop();
  });
});
