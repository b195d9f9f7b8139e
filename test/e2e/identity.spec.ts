import { Controller, Get, Inject, Injectable } from '@nestjs/common';
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
});
