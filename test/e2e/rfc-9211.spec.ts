import { Controller, Get, Header, NotFoundException } from '@nestjs/common';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

@Controller()
class PagesController {
  @Get('page')
  @Cacheable('public:page', { ttl: '5m' })
  page(): unknown {
    return { page: true };
  }

  @Get('empty')
  @Cacheable({ key: 'public:empty', unless: () => true })
  empty(): unknown {
    return [];
  }

  @Get('skipped')
  @Cacheable({ key: 'public:skipped', when: () => false })
  skipped(): unknown {
    return [];
  }

  @Get('behind')
  @Header('Cache-Status', 'origin; hit')
  @Cacheable('public:behind')
  behind(): unknown {
    return [];
  }

  @Get('missing')
  @Cacheable('public:missing')
  missing(): never {
    throw new NotFoundException();
  }
}

describe.each(PLATFORMS)('RFC 9211 on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      controllers: [PagesController],
      cache: { allowBypass: () => true },
    });
  });
  afterAll(() => app.stop());

  const statusOf = async (path: string, headers: Record<string, string> = {}): Promise<string | null> =>
    (await app.fetch(path, { headers })).headers.get('cache-status');

  it('2.1, 2.2, 2.4 and 2.5: says hit, ttl, fwd and stored, and never a key', async () => {
    expect(await statusOf('/page')).toBe('nestash; fwd=miss; stored');
    expect(await statusOf('/page')).toMatch(/^nestash; hit; ttl=(299|300)$/);
    expect(await statusOf('/empty')).toBe('nestash; fwd=miss');
    expect(await statusOf('/skipped')).toBe('nestash; fwd=bypass');
  });

  it('2.2: says that the request wanted it fresh (RFC 9111, section 5.2.1.4)', async () => {
    expect(await statusOf('/page', { 'cache-control': 'No-Cache' })).toBe('nestash; fwd=request; stored');
    expect(await statusOf('/page', { 'cache-control': 'max-age=0' })).toMatch(/hit/);
  });

  it('2: stands behind what caches closer to the origin say', async () => {
    expect(await statusOf('/behind')).toBe('origin; hit, nestash; fwd=miss; stored');
  });

  it('6: is not on errors', async () => {
    expect(await statusOf('/missing')).toBeNull();
  });
});
