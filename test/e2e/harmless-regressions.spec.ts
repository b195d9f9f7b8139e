import { Controller, Get, Inject, Injectable } from '@nestjs/common';
import type { CacheModuleOptions } from '../../lib/index.js';
import { CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

class Money {
  constructor(readonly cents: number) {}
}

let runs = 0;

@Injectable()
class Prices {
  @Cacheable('price')
  async find(): Promise<Money> {
    return new Money(++runs);
  }

  @Cacheable('link')
  async link(): Promise<URL> {
    return new URL(`http://example.org/${++runs}`);
  }
}

@Controller()
class PagesController {
  constructor(@Inject(Prices) private readonly prices: Prices) {}

  @Get('mine')
  @Cacheable('mine:<<user_id>>')
  mine(): unknown {
    return { run: ++runs };
  }

  @Get('public')
  @Cacheable('public:page')
  page(): unknown {
    return { run: ++runs };
  }

  @Get('price')
  async price(): Promise<unknown> {
    return { cents: (await this.prices.find()).cents };
  }

  @Get('link')
  async link(): Promise<unknown> {
    return { link: String(await this.prices.link()) };
  }
}

@Controller()
class LocalizedController {
  @Get('localized')
  @Cacheable('public:localized:<<lang>>')
  localized(): unknown {
    return { run: ++runs };
  }
}

const fail = async (): Promise<never> => Promise.reject(new Error('the session store is down'));
const failAtOnce = (): never => {
  throw new Error('the session store is down');
};

describe.each(PLATFORMS)('a mistake in production on %s', (platform) => {
  let app: TestApplication;
  const log = new RecordedLog();
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);

  async function start(cache: CacheModuleOptions): Promise<void> {
    log.lines.length = 0;
    const controllers = cache.placeholders ? [PagesController, LocalizedController] : [PagesController];
    app = await TestApplication.startInProduction({ platform, logger: log, controllers, providers: [Prices], cache });
  }

  beforeAll(() => process.on('unhandledRejection', note));
  afterAll(() => process.off('unhandledRejection', note));
  afterEach(() => app.stop());

  it.each([
    ['user', '/mine', { user: fail }, '"user"'],
    ['partition', '/public', { partition: fail }, '"@partition"'],
    ['placeholder', '/localized', { placeholders: { lang: fail } }, '"lang"'],
  ])('of an asynchronous %s that fails is a line in the log', async (_option, path, cache, name) => {
    await start(cache);
    for (let call = 0; call < 3; call++) {
      const { status, cache: lookup } = await app.fetch(path);
      expect([status, lookup]).toEqual([200, 'BYPASS']);
    }
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
    expect(log.errors('(OPTION_INVALID)')).toEqual([expect.stringContaining(name)]);
    expect(log.errors('an instance of Promise')).toHaveLength(1);
  });

  it('of a user function that throws leaves public routes cached', async () => {
    await start({ user: failAtOnce });
    expect(await app.lookups('/public', '/public')).toEqual(['MISS', 'HIT']);
    const { status, cache } = await app.fetch('/mine');
    expect([status, cache]).toEqual([200, 'BYPASS']);
    expect(log.errors('the session store is down')).toHaveLength(1);
  });

  it('of a codec that cannot decode is a miss', async () => {
    const money = {
      name: 'money',
      is: (value: unknown): value is Money => value instanceof Money,
      encode: ({ cents }: Money) => cents,
      decode: failAtOnce,
    };
    await start({ codecs: [money] });
    for (let call = 0; call < 2; call++) {
      const { status, json } = await app.fetch('/price');
      expect([status, json()]).toEqual([200, { cents: runs }]);
    }
    await expect(app.get(CacheService).get('price')).resolves.toBeUndefined();
    expect(log.lines.filter(({ text }) => text.includes('the session store is down'))).not.toEqual([]);
  });

  it('of a codec that cannot tell its own is a line in the log', async () => {
    const money = { name: 'money', is: failAtOnce as never, encode: () => 0, decode: () => new Money(0) };
    await start({ codecs: [money] });
    const { status, json } = await app.fetch('/link');
    expect([status, json()]).toEqual([200, { link: `http://example.org/${runs}` }]);
    expect(log.errors('Prices.link')).toHaveLength(1);
  });
});
