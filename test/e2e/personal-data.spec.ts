import { Controller, Get, Header, HttpCode, Inject, Injectable, Post, Res } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CacheService, Cacheable } from '../../lib/index.js';
import { Arrivals, Gate } from '../support/gate.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';
import { by, SignIn } from '../support/signed-in.js';

interface Reply {
  header(name: string, value: string): void;
  status(code: number): void;
}

let runs = 0;
let gate = new Gate();
let arrivals = new Arrivals(0);

const countArrivals = {
  canActivate(): boolean {
    arrivals.arrive();
    return true;
  },
};

@Injectable()
class Feed {
  @Cacheable('feed:<<user_id>>')
  async mine(): Promise<string> {
    return `feed ${++runs}`;
  }

  @Cacheable('by-lang:<<lang|en>>')
  async byLanguage(): Promise<string> {
    return `lang ${++runs}`;
  }

  @Cacheable('public:outer')
  async outer(): Promise<string> {
    return `outer of ${await this.mine()}`;
  }

  @Cacheable('outermost:<<user_id>>')
  async outermost(): Promise<string> {
    return `outermost of ${await this.mine()}`;
  }
}

@Controller()
class PagesController {
  constructor(@Inject(Feed) private readonly feed: Feed) {}

  @Get('mine')
  async mine(): Promise<string> {
    return this.feed.mine();
  }

  @Get('home')
  @Cacheable('public:home')
  async home(): Promise<string> {
    return `home with ${await this.feed.mine()}`;
  }

  @Get('outer')
  async outer(): Promise<string> {
    return this.feed.outer();
  }

  @Get('outermost')
  async outermost(): Promise<string> {
    return this.feed.outermost();
  }

  @Get('language')
  @Cacheable('public:language')
  async language(): Promise<string> {
    return `page in ${await this.feed.byLanguage()}`;
  }

  @Get('posts')
  @Cacheable('blog:posts')
  posts(): unknown {
    return { run: ++runs };
  }

  @Get('derived')
  @Cacheable()
  derived(): unknown {
    return { run: ++runs };
  }

  @Get('cookie')
  @Cacheable('public:cookie')
  cookie(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Set-Cookie', `session=${++runs}`);
    return { run: runs };
  }

  @Get('no-store')
  @Cacheable('open:no-store')
  @Header('Cache-Control', 'max-age=0, no-store')
  noStore(): unknown {
    return { run: ++runs };
  }

  @Get('private')
  @Cacheable('public:private')
  @Header('Cache-Control', 'Private')
  private(): unknown {
    return { run: ++runs };
  }

  @Get('own-private')
  @Cacheable('mine:<<user_id>>')
  @Header('Cache-Control', 'private, max-age=60')
  ownPrivate(): unknown {
    return { run: ++runs };
  }

  @Get('created')
  @Cacheable('public:created')
  @HttpCode(202)
  created(): unknown {
    return { run: ++runs };
  }

  @Get('status')
  @Cacheable('public:status')
  status(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(404);
    return { run: ++runs };
  }

  @Get('own-header')
  @Cacheable('public:own-header')
  ownHeader(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('X-Total', String(++runs));
    return { run: runs };
  }

  @Get('slow-cookie')
  @Cacheable('public:slow-cookie')
  async slowCookie(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    const run = ++runs;
    await gate.pass();
    reply.header('Set-Cookie', `session=${run}`);
    return { run };
  }

  @Post('posted')
  @Cacheable('public:posted')
  posted(): unknown {
    return { run: ++runs };
  }
}

describe.each(PLATFORMS)('what belongs to one person on %s', (platform) => {
  let app: TestApplication;
  const log = new RecordedLog();
  const read = async (path: string, user?: unknown) => app.fetch(path, user === undefined ? {} : by(user));

  beforeEach(async () => {
    log.lines.length = 0;
    gate = new Gate();
    app = await TestApplication.start({
      platform,
      logger: log,
      controllers: [PagesController],
      providers: [Feed, { provide: APP_GUARD, useClass: SignIn }, { provide: APP_GUARD, useValue: countArrivals }],
      cache: { placeholders: { lang: ({ headers }) => headers['x-lang'] } },
    });
  });
  afterEach(() => app.stop());

  it.each(['/home', '/outer'])('reaches nobody else through a nested call at %s', async (path) => {
    const [a, b] = [await read(path, 1), await read(path, 2)];
    expect(a.body).not.toBe(b.body);
    const [aAgain, nobody] = [await read(path, 1), await read(path)];
    expect([aAgain.body, nobody.body === a.body]).toEqual([a.body, false]);
    expect(log.about('neither stored nor shared')[0]).toMatch(/used <<@user\.id>>, which its own key does not name/);
  });

  it('marks the outer result also when the inner one is a hit', async () => {
    const inner = (await read('/mine', 1)).body;
    expect((await read('/home', 1)).body).toBe(`home with ${inner}`);
    expect((await read('/home', 2)).body).not.toBe(`home with ${inner}`);
  });

  it('marks the outer result also when the inner key took its default', async () => {
    expect(await app.lookups('/language', '/language')).toEqual(['MISS', 'MISS']);
    const german = await app.fetch('/language', { headers: { 'x-lang': 'de' } });
    expect([german.cache, german.body === (await app.fetch('/language')).body]).toEqual(['MISS', false]);
  });

  it('may be nested where the outer key names it too', async () => {
    const first = (await read('/outermost', 1)).body;
    expect((await read('/outermost', 1)).body).toBe(first);
    expect(await app.get(CacheService).get('outermost:1')).toBe(first);
  });

  it.each(['/posts', '/derived'])('is not looked for under a key that names nobody at %s', async (path) => {
    expect([(await read(path)).cache, (await read(path)).cache]).toEqual(['MISS', 'HIT']);
    const [first, second] = [await read(path, 1), await read(path, 1)];
    expect([first.cache, second.cache, first.body === second.body]).toEqual(['BYPASS', 'BYPASS', false]);
    expect(log.errors('is not cached for signed-in users')).toHaveLength(1);
  });

  it.each(['cookie', 'no-store', 'private', 'created', 'status', 'own-header'])(
    'is suspected in the answer of /%s, which is not stored',
    async (name) => {
      const [first, second] = [await read(`/${name}`), await read(`/${name}`)];
      expect([first.cache, second.cache, first.body === second.body]).toEqual(['MISS', 'MISS', false]);
    },
  );

  it('may be private under a key of its own', async () => {
    expect([(await read('/own-private', 1)).cache, (await read('/own-private', 1)).cache]).toEqual(['MISS', 'HIT']);
    expect((await read('/own-private', 2)).cache).toBe('MISS');
  });

  it('is not suspected in a header that a decorator adds', async () => {
    expect((await read('/own-private', 1)).headers.get('cache-control')).toBe('private, max-age=60');
  });

  it('does not reach those who wait for the same answer', async () => {
    const before = runs;
    arrivals = new Arrivals(3);
    const all = [0, 1, 2].map(() => read('/slow-cookie'));
    await arrivals.complete;
    expect(runs - before).toBe(1);
    gate.open();
    const answers = await Promise.all(all);
    expect(runs - before).toBe(3);
    expect(new Set(answers.map(({ headers }) => headers.get('set-cookie'))).size).toBe(3);
    for (const { headers, json } of answers) {
      expect(headers.get('set-cookie')).toBe(`session=${(json() as { run: number }).run}`);
    }
  });

  it('is not stored where the status is not 200', async () => {
    const answers = [];
    for (let call = 0; call < 2; call++) answers.push(await app.fetch('/posted', { method: 'POST' }));
    expect(answers.map(({ status, cache }) => [status, cache])).toEqual([
      [201, 'MISS'],
      [201, 'MISS'],
    ]);
  });
});
