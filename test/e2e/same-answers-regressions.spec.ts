import { Controller, Get } from '@nestjs/common';
import { CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

let runs = 0;

@Controller()
class RootsController {
  @Get('date')
  @Cacheable('public:date')
  date(): Date {
    return new Date(0);
  }

  @Get('uncached-date')
  uncachedDate(): Date {
    return new Date(0);
  }

  @Get('url')
  @Cacheable('public:url')
  url(): URL {
    return new URL('http://example.org/');
  }

  @Get('uncached-url')
  uncachedUrl(): URL {
    return new URL('http://example.org/');
  }
}

describe.each(PLATFORMS)('an object at the root that becomes a text on %s', (platform) => {
  it.each(['date', 'url'])('is refused: %s', async (path) => {
    const app = await TestApplication.start({ platform, controllers: [RootsController] });
    expect((await app.fetch(`/${path}`)).status).toBe(500);
    expect(await app.get(CacheService).has(['public', path])).toBe(false);
    await app.stop();
  });

  it.each(['date', 'url'])('is sent in production as if there were no cache: %s', async (path) => {
    const logger = new RecordedLog();
    const app = await TestApplication.startInProduction({ platform, logger, controllers: [RootsController] });
    const expected = await app.fetch(`/uncached-${path}`);
    for (let call = 0; call < 2; call++) {
      const { status, body, headers } = await app.fetch(`/${path}`);
      expect([status, body, headers.get('content-type')]).toEqual([
        expected.status,
        expected.body,
        expected.headers.get('content-type'),
      ]);
    }
    expect(logger.errors('(VALUE_NOT_SERIALIZABLE)')).toHaveLength(1);
    await app.stop();
  });
});

/** Replaces the function of a method, as many decorators do. */
function Replaced(): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  return (_target, _name, descriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function (this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args);
    };
  };
}

@Controller()
class ReplacedController {
  @Get('outside')
  @Replaced()
  @Cacheable('public:outside')
  outside(): unknown {
    return { run: ++runs };
  }
}

describe.each(PLATFORMS)('X-Cache on %s', (platform) => {
  it('is there where a decorator above replaced the function', async () => {
    const app = await TestApplication.start({ platform, controllers: [ReplacedController] });
    expect(await app.lookups('/outside', '/outside')).toEqual(['MISS', 'HIT']);
    await app.stop();
  });
});
