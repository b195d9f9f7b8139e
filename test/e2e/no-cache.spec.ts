import { Controller, Get, Header, NotFoundException } from '@nestjs/common';
import { CacheDefaults, Cacheable, NoCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { problemsOf } from '../support/start-up-problems.js';

let runs = 0;

@Controller('one')
class OneController {
  @Get('open')
  open(): unknown {
    return { run: ++runs };
  }

  @Get('closed')
  @NoCache()
  closed(): unknown {
    return { run: ++runs };
  }

  @Get('own')
  @NoCache()
  @Header('Cache-Control', 'private')
  own(): unknown {
    return { run: ++runs };
  }

  @Get('failing')
  @NoCache()
  failing(): unknown {
    throw new NotFoundException();
  }
}

@Controller('all')
@CacheDefaults({ prefix: 'public' })
@NoCache()
class AllController {
  @Get('closed')
  closed(): unknown {
    return { run: ++runs };
  }

  @Get('by-hand')
  @Cacheable('by-hand')
  byHand(): unknown {
    return { run: ++runs };
  }
}

describe.each(PLATFORMS)('@NoCache() on %s', (platform) => {
  let app: TestApplication;
  const controlOf = async (path: string) => (await app.fetch(path)).headers.get('cache-control');

  beforeAll(async () => {
    const routes = [{ path: '/one/*' }, { path: '/all/*' }];
    app = await TestApplication.start({ platform, controllers: [OneController, AllController], cache: { routes } });
  });
  afterAll(() => app.stop());

  it('keeps handlers out of the routes that are cached', async () => {
    expect(await app.lookups('/one/open', '/one/open', '/one/closed', '/one/closed')).toEqual([
      'MISS',
      'HIT',
      null,
      null,
    ]);
    expect(await app.lookups('/all/closed', '/all/closed')).toEqual([null, null]);
  });

  it('tells clients to keep nothing, of failures either', async () => {
    expect([await controlOf('/one/closed'), await controlOf('/all/closed'), await controlOf('/one/failing')]).toEqual([
      'no-store',
      'no-store',
      'no-store',
    ]);
    expect(await controlOf('/one/open')).not.toBe('no-store');
  });

  it('leaves the last word to the handler', async () => {
    expect(await controlOf('/one/own')).toBe('private');
  });

  it('on a class leaves what its methods say by hand', async () => {
    const [first, second] = [await app.fetch('/all/by-hand'), await app.fetch('/all/by-hand')];
    expect([first.cache, second.cache, second.headers.get('cache-control') === 'no-store']).toEqual([
      'MISS',
      'HIT',
      false,
    ]);
  });
});

describe('@NoCache() together with @Cacheable', () => {
  it('is refused, whichever stands first', async () => {
    @Controller()
    class BothController {
      @Get('first')
      @NoCache()
      @Cacheable('public:first')
      first(): void {}

      @Get('last')
      @Cacheable('public:last')
      @NoCache()
      last(): void {}
    }
    const problems = await problemsOf({ controllers: [BothController] });
    expect(problems).toEqual([
      expect.stringContaining('BothController.first cannot be cached: it has @NoCache() as well'),
      expect.stringContaining('BothController.last cannot be cached: it has @NoCache() as well'),
    ]);
  });
});
