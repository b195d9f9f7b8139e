import { Body, ConflictException, Controller, Get, Injectable, Param, Post } from '@nestjs/common';
import { CacheService, Cacheable, InjectCache, InvalidateCache, memoryStore } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

interface Change {
  id?: string;
  authorId?: number;
  fails?: boolean;
  quiet?: boolean;
}

@Controller()
class WritesController {
  @Post('path/:id')
  @InvalidateCache(['blog:detail:<<id>>'])
  path(@Param('id') id: string): string {
    return id;
  }

  @Post('star')
  @InvalidateCache(['blog:list:*'])
  star(): string {
    return 'done';
  }

  @Post('glob')
  @InvalidateCache(['*:list', 'blog:det*:1?'])
  glob(): string {
    return 'done';
  }

  @Post('tags')
  @InvalidateCache(['other'], { tags: ['author:<<result.authorId>>'] })
  tags(@Body() change: Change): Change {
    return change;
  }

  @Post('fan-out')
  @InvalidateCache((result: string[], change: Change) => [
    ...result.map((id) => ['blog', 'detail', id]),
    `blog:list:${change.id}`,
  ])
  fanOut(@Body() _change: Change): string[] {
    return ['10', 'a:b'];
  }

  @Post('widened')
  @InvalidateCache(['blog:detail:<<result.id>>:comments'])
  widened(@Body() change: Change): Change {
    return change;
  }

  @Post('always')
  @InvalidateCache(['blog:detail'], { always: true })
  @InvalidateCache(['blog:list'])
  always(@Body() change: Change): string {
    if (change.fails) throw new ConflictException('taken');
    return 'done';
  }

  @Post('unless')
  @InvalidateCache(['blog:detail'], { unless: (_result: string, change: Change) => change.quiet === true })
  async unless(@Body() change: Change): Promise<string> {
    if (change.fails) throw new ConflictException('taken');
    return 'done';
  }

  @Post('one-store')
  @InvalidateCache(['blog'], { store: 'static' })
  oneStore(): string {
    return 'done';
  }

  @Get('read')
  @Cacheable('public:read', { store: 'static' })
  read(): string {
    return 'read';
  }
}

@Injectable()
class Writer {
  constructor(
    @InjectCache() readonly cache: CacheService,
    @InjectCache('static') readonly other: CacheService,
  ) {}

  @InvalidateCache(['blog:detail:<<change.id>>'])
  async byArgument(change: Change): Promise<Change> {
    return change;
  }

  @InvalidateCache(['blog:list', 'blog:detail:<<@user.id>>'])
  async byUser(): Promise<string> {
    return 'done';
  }

  @InvalidateCache(() => {
    throw new Error('no ids');
  })
  async broken(): Promise<string> {
    return 'done';
  }
}

const KEYS = [
  'blog',
  'blog:detail:1',
  'blog:detail:10',
  'blog:detail:10:comments',
  'blog:list:a',
  'shop:list:a',
  'other',
];

describe.each(PLATFORMS)('@InvalidateCache on %s', (platform) => {
  let app: TestApplication;
  let cache: CacheService;
  const log = new RecordedLog();
  const post = async (path: string, body: object = {}) =>
    app.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const left = async (service = cache) => [...(await service.getMany(KEYS)).keys()];
  const without = (...gone: string[]) => KEYS.filter((key) => !gone.includes(key));

  beforeEach(async () => {
    log.lines.length = 0;
    app = await TestApplication.start({
      platform,
      logger: log,
      controllers: [WritesController],
      providers: [Writer],
      cache: { stores: { static: memoryStore() } },
    });
    cache = app.get(CacheService);
    for (const service of [cache, app.get(Writer).other]) {
      for (const key of KEYS) await service.set(key, key, { tags: key === 'shop:list:a' ? ['author:7'] : [] });
    }
  });
  afterEach(() => app.stop());

  it('drops an entry and everything below it, in every store', async () => {
    expect((await post('/path/10')).body).toBe('10');
    expect(await left()).toEqual(without('blog:detail:10', 'blog:detail:10:comments'));
    expect(await left(app.get(Writer).other)).toEqual(without('blog:detail:10', 'blog:detail:10:comments'));
  });

  it('takes a value for a value, whatever it looks like', async () => {
    await post('/path/*');
    await post('/path/1%3F');
    expect(await left()).toEqual(KEYS);
  });

  it('takes a star at the end for everything below', async () => {
    await cache.set('blog:list', 'all');
    await post('/star');
    expect(await left()).toEqual(without('blog:list:a'));
    expect(await cache.has('blog:list')).toBe(false);
  });

  it('takes wildcards for one segment, and for characters within one', async () => {
    await post('/glob');
    expect(await left()).toEqual(without('blog:list:a', 'shop:list:a', 'blog:detail:10', 'blog:detail:10:comments'));
  });

  it('drops what has a tag that is known from the result', async () => {
    await post('/tags', { authorId: 7 });
    expect(await left()).toEqual(without('shop:list:a', 'other'));
  });

  it('drops what a function of the result and the arguments names', async () => {
    await cache.set(['blog', 'detail', 'a:b'], 1);
    expect((await post('/fan-out', { id: 'a' })).json()).toEqual(['10', 'a:b']);
    expect(await left()).toEqual(without('blog:detail:10', 'blog:detail:10:comments', 'blog:list:a'));
    expect(await cache.has(['blog', 'detail', 'a:b'])).toBe(false);
  });

  it('widens to the path in front of what has no value, and says so once', async () => {
    expect((await post('/widened', {})).status).toBe(201);
    await post('/widened', {});
    expect(await left()).toEqual(without('blog:detail:1', 'blog:detail:10', 'blog:detail:10:comments'));
    const [line, ...more] = log.errors('invalidates more than it names');
    expect(line).toMatch(/WritesController\.widened .*<<result\.id>> has no value/);
    expect(more).toEqual([]);
  });

  it('widens to everything where a tag has no value', async () => {
    expect((await post('/tags', {})).status).toBe(201);
    expect(await left()).toEqual([]);
  });

  it('invalidates nothing when the method throws, unless it is to happen always', async () => {
    expect((await post('/unless', { fails: true })).status).toBe(409);
    expect(await left()).toEqual(KEYS);
    const { status, body } = await post('/always', { fails: true });
    expect([status, JSON.parse(body)]).toEqual([409, expect.objectContaining({ message: 'taken' })]);
    expect(await left()).toEqual(without('blog:detail:1', 'blog:detail:10', 'blog:detail:10:comments'));
  });

  it('invalidates nothing when "unless" says so', async () => {
    await post('/unless', { quiet: true });
    expect(await left()).toEqual(KEYS);
    await post('/unless', {});
    expect(await left()).toEqual(without('blog:detail:1', 'blog:detail:10', 'blog:detail:10:comments'));
  });

  it('may stand twice on one method', async () => {
    await post('/always', {});
    expect(await left()).toEqual(['blog', 'shop:list:a', 'other']);
  });

  it('reaches one store where it names one', async () => {
    expect(await app.lookups('/read', '/read')).toEqual(['MISS', 'HIT']);
    await post('/one-store');
    expect(await left()).toEqual(KEYS);
    expect(await left(app.get(Writer).other)).toEqual(['shop:list:a', 'other']);
    await app.get(Writer).other.clear();
    expect([await left(), await app.lookups('/read')]).toEqual([KEYS, ['MISS']]);
  });

  it('works in services, where nothing in an argument widens as nothing in a result does', async () => {
    const writer = app.get(Writer);
    expect(await writer.byArgument({ id: '1' })).toEqual({ id: '1' });
    expect(await left()).toEqual(without('blog:detail:1'));
    await writer.byArgument({});
    expect(await left()).toEqual(without('blog:detail:1', 'blog:detail:10', 'blog:detail:10:comments'));
  });

  it('never fails a write: without a request, and with a function that throws', async () => {
    const writer = app.get(Writer);
    expect(await writer.byUser()).toBe('done');
    expect(await left()).toEqual(['blog', 'shop:list:a', 'other']);
    expect(await writer.broken()).toBe('done');
    expect(await left()).toEqual([]);
    expect(log.errors('Writer.broken invalidates more than it names')).toHaveLength(1);
  });
});
