import { Controller, Get, Header, HttpCode, Inject, Injectable, Res } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Cacheable } from '../../lib/index.js';
import { Arrivals, Gate, countingGuard } from '../support/gate.js';
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

@Injectable()
class Blog {
  @Cacheable('blog:summary')
  async summary(): Promise<string> {
    return `summary ${++runs}`;
  }
}

@Controller()
class PagesController {
  constructor(@Inject(Blog) private readonly blog: Blog) {}

  @Get('summary')
  async summary(): Promise<string> {
    return this.blog.summary();
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
    reply.status(203);
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

  @Get('posted')
  @HttpCode(201)
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
      providers: [
        Blog,
        { provide: APP_GUARD, useClass: SignIn },
        { provide: APP_GUARD, useValue: countingGuard(() => arrivals) },
      ],
      // What is left to be found while requests are served is what start-up would refuse.
      cache: { keyCheck: 'off' },
    });
  });
  afterEach(() => app.stop());

  it.each(['/posts', '/derived'])('is not looked for under a key that names nobody at %s', async (path) => {
    expect([(await read(path)).cache, (await read(path)).cache]).toEqual(['MISS', 'HIT']);
    const [first, second] = [await read(path, 1), await read(path, 1)];
    expect([first.cache, second.cache, first.body === second.body]).toEqual(['BYPASS', 'BYPASS', false]);
    expect(log.errors('is not cached for signed-in users')).toHaveLength(1);
  });

  it('is not suspected in what a service stores under a key of its own', async () => {
    expect((await read('/summary', 1)).body).toBe((await read('/summary', 2)).body);
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
    for (let call = 0; call < 2; call++) answers.push(await app.fetch('/posted'));
    expect(answers.map(({ status, cache }) => [status, cache])).toEqual([
      [201, 'MISS'],
      [201, 'MISS'],
    ]);
  });
});
