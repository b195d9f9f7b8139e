import { Readable } from 'node:stream';
import { ClassSerializerInterceptor, Controller, Get, Header, Injectable, StreamableFile } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Exclude } from 'class-transformer';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

class User {
  id = 1;

  @Exclude()
  password = 'secret password';
}

class Entity {
  id = 1;
}

@Injectable()
class Entities {
  @Cacheable('public:service:entity')
  async entity(): Promise<unknown> {
    return { items: [new Entity()] };
  }
}

@Controller()
class RefusedController {
  @Get('untyped')
  @Cacheable('public:handler:untyped')
  untyped(): unknown {
    return { user: new User() };
  }

  @Get('file')
  @Cacheable('public:handler:file')
  @Header('Content-Type', 'text/plain')
  file(): StreamableFile {
    return new StreamableFile(Readable.from([Buffer.from('file')]));
  }

  @Get('buffer')
  @Cacheable('public:handler:buffer')
  buffer(): unknown {
    return Buffer.from('bytes');
  }

  @Get('entity')
  @Cacheable('public:handler:entity')
  entity(): unknown {
    return { items: [Promise.resolve(1)] };
  }
}

const PARTS = {
  controllers: [RefusedController],
  providers: [Entities, { provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }],
};

describe.each(PLATFORMS)('values that are refused on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, ...PARTS });
  });
  afterAll(() => app.stop());

  it('include what class-transformer decorates and has no type, so that nothing leaks', async () => {
    for (let call = 0; call < 2; call++) {
      const { status, body } = await app.fetch('/untyped');
      expect([status, body.includes('secret')]).toEqual([500, false]);
    }
  });

  it('are named on every call', async () => {
    for (let call = 0; call < 2; call++) {
      await expect(app.get(Entities).entity()).rejects.toThrow(
        'Entities.entity: $.items[0] is an instance of Entity. Return plain data or set { type: Entity }.',
      );
    }
  });

  it.each(['file', 'buffer', 'entity'])('fail a handler in development: %s', async (path) => {
    expect((await app.fetch(`/${path}`)).status).toBe(500);
  });
});

describe.each(PLATFORMS)('values that are refused, in production on %s', (platform) => {
  let app: TestApplication;
  const log = new RecordedLog();

  beforeAll(async () => {
    app = await TestApplication.startInProduction({ platform, ...PARTS, logger: log });
  });
  afterAll(() => app.stop());

  it.each([
    ['file', 'file', 'an instance of StreamableFile'],
    ['untyped', JSON.stringify({ user: { id: 1 } }), 'an instance of User'],
  ])('are answered as without a cache, and logged once: %s', async (path, expected, found) => {
    for (let call = 0; call < 2; call++) {
      const { status, body, cache } = await app.fetch(`/${path}`);
      expect([status, cache]).toEqual([200, 'MISS']);
      expect(path === 'file' ? body : (JSON.parse(body) as unknown)).toEqual(
        path === 'file' ? expected : JSON.parse(expected),
      );
    }
    const lines = log.errors(`RefusedController.${path} goes on uncached`);
    expect(lines).toEqual([expect.stringContaining(found)]);
  });

  it('come from services as they are', async () => {
    expect(await app.get(Entities).entity()).toEqual({ items: [new Entity()] });
  });
});
