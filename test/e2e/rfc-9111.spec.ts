import { jest } from '@jest/globals';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CacheControl, Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

@Controller()
class PagesController {
  @Get('shared')
  @Cacheable('public:shared')
  shared(): unknown {
    return { shared: true };
  }

  @Get('other')
  @Cacheable('other')
  other(): unknown {
    return { other: true };
  }

  @Get('said')
  @CacheControl({ public: true, maxAge: '1h' })
  @Cacheable('public:said')
  said(): unknown {
    return { said: true };
  }

  @Get('plain')
  @CacheControl({ private: true, maxAge: '1m' })
  plain(): unknown {
    return { plain: true };
  }

  @Post('shared')
  @HttpCode(200)
  @InvalidateCache(['public:shared', 'public:said'], { tags: ['pages'] })
  write(): unknown {
    return {};
  }
}

describe.each(PLATFORMS)('RFC 9111 on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, controllers: [PagesController] });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    app.fetch(path, { headers, method });

  it('4 and 5.1: a hit says how old it is, and a miss nothing', async () => {
    expect((await ask('/shared')).headers.get('age')).toBeNull();
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 83_000);
    expect((await ask('/shared')).headers.get('age')).toMatch(/^8[234]$/);
  });

  it('4.4: a write that succeeds invalidates, and says how much', async () => {
    await ask('/shared');
    expect((await ask('/shared', {}, 'POST')).headers.get('x-cache-invalidated')).toBe('3');
    expect((await ask('/shared')).cache).toBe('MISS');
  });

  it('5.2.1.4: no-cache of a client does nothing unless the application allows it', async () => {
    await ask('/shared');
    expect((await ask('/shared', { 'cache-control': 'no-cache', pragma: 'no-cache' })).cache).toBe('HIT');
  });

  it('5.2.2: answers are kept by others only if they ask before each use, or as @CacheControl says', async () => {
    for (let call = 0; call < 2; call++) {
      expect((await ask('/shared')).headers.get('cache-control')).toBe('no-cache');
      expect((await ask('/other')).headers.get('cache-control')).toBe('private, no-cache');
      expect((await ask('/said')).headers.get('cache-control')).toBe('public, max-age=3600');
      expect((await ask('/plain')).headers.get('cache-control')).toBe('private, max-age=60');
    }
  });
});
