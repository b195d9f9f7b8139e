import { Controller, Get, Inject, Injectable, Param } from '@nestjs/common';
import { CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { RecordedLog } from '../support/recorded-log.js';

let runs = 0;
let gate = new Gate();
let failure: unknown;

@Injectable()
class Slow {
  readonly asked = new Set<string>();

  @Cacheable('public:slow:<<id>>')
  async find(id: number): Promise<{ id: number; tags: string[] }> {
    runs++;
    await gate.pass();
    return { id, tags: [] };
  }

  @Cacheable('public:failing')
  async failing(): Promise<string> {
    runs++;
    await gate.pass();
    if (failure !== undefined) throw failure as unknown;
    return 'loaded';
  }

  @Cacheable('public:itself:<<id>>')
  async itself(id: number): Promise<string> {
    return id === 0 ? 'end' : `again ${await this.itself(id)}`;
  }

  @Cacheable('public:one')
  async one(): Promise<string> {
    return this.#firstAsks('one', () => this.other());
  }

  @Cacheable('public:other')
  async other(): Promise<string> {
    return this.#firstAsks('other', () => this.one());
  }

  async #firstAsks(name: string, ask: () => Promise<string>): Promise<string> {
    if (this.asked.has(name)) return name;
    this.asked.add(name);
    await gate.pass();
    return `${name} of ${await ask()}`;
  }
}

@Controller()
class SlowController {
  constructor(@Inject(Slow) private readonly slow: Slow) {}

  @Get('handler/:id')
  @Cacheable('public:handler:<<id>>')
  async handler(@Param('id') id: string): Promise<unknown> {
    runs++;
    await gate.pass();
    return { id };
  }

  @Get('service/:id')
  async service(@Param('id') id: string): Promise<unknown> {
    return this.slow.find(Number(id));
  }
}

function abort(): Error {
  return Object.assign(new Error('given up'), { name: 'AbortError' });
}

describe('callers of one cold key', () => {
  let app: TestApplication;
  let slow: Slow;
  let cache: CacheService;

  beforeEach(async () => {
    runs = 0;
    gate = new Gate();
    failure = undefined;
    app = await TestApplication.start({ providers: [Slow] });
    [slow, cache] = [app.get(Slow), app.get(CacheService)];
  });
  afterEach(() => app.stop());

  const together = async <T>(count: number, call: () => Promise<T>) => {
    const all = Array.from({ length: count }, call);
    await gate.reached;
    gate.open();
    return Promise.allSettled(all);
  };

  it('are served by one load, each with a copy of its own', async () => {
    const settled = await together(500, () => slow.find(1));
    const values = settled.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
    expect(runs).toBe(1);
    expect(values.every((value) => value?.id === 1)).toBe(true);
    expect(new Set(values).size).toBe(500);
    expect(new Set(values.map((value) => value?.tags)).size).toBe(500);
  });

  it('are served by one load of the service as well', async () => {
    const load = async () => {
      runs++;
      await gate.pass();
      return { run: runs };
    };
    const settled = await together(500, () => cache.getOrSet('a:b', load, { ttl: '1m', tags: ['t'] }));
    expect([runs, settled.every((each) => each.status === 'fulfilled' && each.value.run === 1)]).toEqual([1, true]);
  });

  it('get one error, the very one of the loader, which nobody keeps', async () => {
    failure = new RangeError('broken');
    const settled = await together(20, () => slow.failing());
    expect(settled.every((each) => each.status === 'rejected' && each.reason === failure)).toBe(true);
    expect(runs).toBe(1);
    failure = undefined;
    expect(await slow.failing()).toBe('loaded');
  });

  it('get errors that are no Error unchanged', async () => {
    failure = 'a text';
    const [settled] = await together(1, () => slow.failing());
    expect(settled).toEqual({ status: 'rejected', reason: 'a text' });
  });

  it('do not share that the first of them gave up', async () => {
    failure = abort();
    const first = slow.failing();
    const rejected = expect(first).rejects.toBe(failure);
    await gate.reached;
    const second = slow.failing();
    const givenUp = failure;
    gate.open();
    await rejected;
    await expect(second).rejects.toBe(givenUp);
    expect(runs).toBe(2);
  });

  it('do not wait for a load that was invalidated', async () => {
    const held = gate;
    const first = slow.find(2);
    await held.reached;
    await cache.invalidate('public:slow');
    gate = new Gate();
    gate.open();
    expect(await slow.find(2)).toEqual({ id: 2, tags: [] });
    held.open();
    expect(await first).toEqual({ id: 2, tags: [] });
    expect(runs).toBe(2);
    await slow.find(2);
    expect(runs).toBe(2);
  });

  it('are told when a loader asks for its own key', async () => {
    await expect(slow.itself(1)).rejects.toMatchObject({ code: 'LOADER_RECURSION' });
    const asking = cache.getOrSet('own', () => cache.getOrSet('own', () => 1));
    await expect(asking).rejects.toMatchObject({ code: 'LOADER_RECURSION' });
    expect(await cache.getOrSet('own', () => 2)).toBe(2);
  });

  it('do not wait for each other when two loaders ask for each other', async () => {
    const both = [slow.one(), slow.other()];
    await gate.reached;
    gate.open();
    expect((await Promise.all(both)).sort()).toEqual(['one of other', 'other of one']);
  });

  it('may read the key that they are putting', async () => {
    await cache.set('a', 1);
    const put = await cache.put('a', async () => (await cache.getOrSet('a', () => 5)) + 1);
    expect([put, await cache.get('a')]).toEqual([6, 6]);
  });
});

describe('a loader that asks for its own key, in production', () => {
  it('loads', async () => {
    const logger = new RecordedLog();
    const app = await TestApplication.startInProduction({ providers: [Slow], logger });
    const cache = app.get(CacheService);
    expect(await cache.getOrSet('own', async () => `outer ${await cache.getOrSet('own', () => 'inner')}`)).toBe(
      'outer inner',
    );
    expect(logger.errors('asked the cache for this very key')).toHaveLength(1);
    await app.stop();
  });
});

describe.each(PLATFORMS)('many requests at once on %s', (platform) => {
  it.each(['handler', 'service'])('run a %s once', async (kind) => {
    runs = 0;
    gate = new Gate();
    const app = await TestApplication.start({ platform, controllers: [SlowController], providers: [Slow] });
    const all = Array.from({ length: 50 }, () => app.fetch(`/${kind}/1`));
    await gate.reached;
    gate.open();
    const answers = await Promise.all(all);
    expect([runs, new Set(answers.map(({ body }) => body)).size]).toEqual([1, 1]);
    expect(answers.filter(({ cache }) => cache === 'MISS').length > 0).toBe(kind === 'handler');
    await app.stop();
  });
});
