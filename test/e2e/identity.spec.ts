import { Controller, Get, Inject, Injectable, Param } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Arrivals, Gate } from '../support/gate.js';
import { by, SignIn } from '../support/signed-in.js';

let runs = 0;
let gate = new Gate();
let arrivals = new Arrivals(1);

@Injectable()
class Feed {
  @Cacheable('feed:<<user_id>>')
  async mine(): Promise<number> {
    return ++runs;
  }
}

@Controller()
class FeedController {
  constructor(@Inject(Feed) private readonly service: Feed) {}

  @Get('slow')
  async slow(): Promise<unknown> {
    arrivals.arrive();
    await gate.pass();
    return this.service.mine();
  }

  @Get('feed')
  async feed(): Promise<unknown> {
    return this.service.mine();
  }

  @Get('role')
  @Cacheable('blog:role:<<@user.role>>')
  role(): unknown {
    return { run: ++runs };
  }

  @Get('depth/:depth')
  @Cacheable('public:depth:<<depth>>')
  async depth(@Param('depth') depth: string): Promise<string> {
    return depth === '0' ? 'ground' : `above ${await this.depth('0')}`;
  }

  @Get('ground')
  async ground(): Promise<string> {
    return `on ${await this.depth('0')}`;
  }

  @Get('publicity')
  @Cacheable('publicity:posts')
  publicity(): unknown {
    return { run: ++runs };
  }
}

describe.each(PLATFORMS)('whose request it is on %s', (platform) => {
  let app: TestApplication;
  const read = (path: string, user: unknown) => app.fetch(path, by(user));

  beforeEach(async () => {
    gate = new Gate();
    app = await TestApplication.start({
      platform,
      controllers: [FeedController],
      providers: [Feed, { provide: APP_GUARD, useClass: SignIn }],
      // Start-up would refuse keys that name nobody; here it is the request that notices.
      cache: { keyCheck: 'off' },
    });
  });
  afterEach(() => app.stop());

  it('is known to services while other requests are served', async () => {
    const users = [1, 2, 3];
    arrivals = new Arrivals(users.length);
    const reading = users.map((user) => read('/slow', user));
    await arrivals.complete;
    gate.open();
    const bodies = (await Promise.all(reading)).map(({ body }) => body);
    expect(new Set(bodies).size).toBe(users.length);
    for (const [index, user] of users.entries()) expect((await read('/feed', user)).body).toBe(bodies[index]);
  });

  it('is not said by any property of the user, nor by a scope that begins like a shared one', async () => {
    for (const path of ['/role', '/publicity']) {
      expect((await read(path, { id: 1, role: 'editor' })).cache).toBe('BYPASS');
    }
  });

  it('is not said by objects that all look the same', async () => {
    for (const user of [{ _id: {} }, { id: {} }, { _id: [1] }]) expect((await read('/feed', user)).status).toBe(500);
  });

  it('changes nothing about the header, which is for the lookup of the handler', async () => {
    expect([(await read('/feed', 1)).cache, (await read('/feed', 1)).cache]).toEqual([null, null]);
  });

  it('changes nothing about the header either where a handler calls itself', async () => {
    expect(await app.lookups('/depth/0', '/depth/1', '/depth/1')).toEqual(['MISS', 'MISS', 'HIT']);
  });

  it('changes nothing about the header where a handler calls another one', async () => {
    expect(await app.lookups('/ground', '/ground')).toEqual([null, null]);
  });

  it('is said by the id before anything else, and by no empty text', async () => {
    const { body } = await read('/feed', { id: 7 });
    expect((await read('/feed', { _id: 5, sub: 6, id: 7 })).body).toBe(body);
    expect((await read('/feed', { id: '', sub: 7 })).body).toBe(body);
    expect((await read('/feed', { id: '' })).status).toBe(500);
  });
});
