import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Inject,
  Injectable,
  SerializeOptions,
  UseInterceptors,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Exclude, Expose } from 'class-transformer';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Arrivals, Gate, countingGuard } from '../support/gate.js';

let gate = new Gate();
let arrivals = new Arrivals(0);
let runs = 0;

class User {
  id = 1;

  @Exclude()
  password = 'secret';
}

class Profile {
  name = 'Ada';

  @Expose({ groups: ['admin'] })
  email = 'ada@example.org';
}

@Injectable()
class Users {
  @Cacheable('public:user', { type: User })
  async find(): Promise<User> {
    await gate.pass();
    return new User();
  }

  @Cacheable('public:date')
  async date(): Promise<{ at: Date }> {
    await gate.pass();
    return { at: new Date(0) };
  }

  @Cacheable('public:shape', { version: 1 })
  async one(): Promise<unknown> {
    await gate.pass();
    return { shape: 1 };
  }

  @Cacheable('public:shape', { version: 2 })
  async two(): Promise<unknown> {
    return { shape: 2 };
  }
}

@Controller()
@UseInterceptors(ClassSerializerInterceptor)
class UsersController {
  constructor(@Inject(Users) private readonly users: Users) {}

  @Get('warm')
  async warm(): Promise<string> {
    return `user ${(await this.users.find()).id}`;
  }

  @Get('service')
  async service(): Promise<unknown> {
    const found = await this.users.find();
    return { isUser: found instanceof User, names: Object.keys(found) };
  }

  @Get('service-date')
  async serviceDate(): Promise<unknown> {
    return { isDate: (await this.users.date()).at instanceof Date };
  }

  @Get('untyped')
  @Cacheable('public:user')
  async untyped(): Promise<unknown> {
    return { id: ++runs };
  }

  @Get('typed')
  @Cacheable('public:user', { type: User })
  async typed(): Promise<User> {
    await gate.pass();
    return new User();
  }

  @Get('date')
  @Cacheable('public:date')
  async date(): Promise<unknown> {
    await gate.pass();
    return { at: new Date(0) };
  }

  @Get('profile')
  @SerializeOptions({ groups: ['admin'] })
  profile(): Profile {
    return new Profile();
  }

  @Get('cached-profile')
  @SerializeOptions({ groups: ['admin'] })
  @Cacheable('public:profile', { type: Profile })
  cachedProfile(): Profile {
    return new Profile();
  }

  @Get('public-profile')
  @Cacheable('public:public-profile', { type: Profile })
  publicProfile(): Profile {
    return new Profile();
  }
}

describe.each(PLATFORMS)('who shares a key in another form on %s', (platform) => {
  let app: TestApplication;

  beforeEach(async () => {
    gate = new Gate();
    arrivals = new Arrivals(0);
    app = await TestApplication.start({
      platform,
      controllers: [UsersController],
      providers: [Users, { provide: APP_GUARD, useValue: countingGuard(() => arrivals) }],
      // They share keys on purpose, which the check refuses.
      cache: { keyCheck: 'off' },
    });
  });
  afterEach(() => app.stop());

  /** Both answers, where the second request joined while the first one was still loading. */
  async function together(leader: string, follower: string) {
    const first = app.fetch(leader);
    await gate.reached;
    arrivals = new Arrivals(1);
    const second = app.fetch(follower);
    await arrivals.complete;
    gate.open();
    return Promise.all([first, second]);
  }

  it('gets none of the instances that a typed method stored', async () => {
    gate.open();
    expect((await app.fetch('/warm')).body).toBe('user 1');
    const { cache, body } = await app.fetch('/untyped');
    expect([cache, body]).toEqual(['MISS', `{"id":${runs}}`]);
  });

  it('gets none of the instances that a typed method is loading', async () => {
    const [, untyped] = await together('/warm', '/untyped');
    expect(untyped.body).toBe(`{"id":${runs}}`);
  });

  it('gets instances, not what a handler shows of them', async () => {
    const [typed, service] = await together('/typed', '/service');
    expect(typed.json()).toEqual({ id: 1 });
    expect(service.json()).toEqual({ isUser: true, names: ['id', 'password'] });
  });

  it('gets dates, not the text that a handler sends of them', async () => {
    const [date, service] = await together('/date', '/service-date');
    expect(date.json()).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(service.json()).toEqual({ isDate: true });
  });

  it('gets its own version', async () => {
    const users = app.get(Users);
    const first = users.one();
    await gate.reached;
    const second = users.two();
    await new Promise(setImmediate);
    gate.open();
    expect(await Promise.all([first, second])).toEqual([{ shape: 1 }, { shape: 2 }]);
  });

  it('gets the groups of @SerializeOptions with type', async () => {
    const expected = (await app.fetch('/profile')).json();
    expect(expected).toEqual({ name: 'Ada', email: 'ada@example.org' });
    for (const lookup of ['MISS', 'HIT']) {
      const { cache, json } = await app.fetch('/cached-profile');
      expect([cache, json()]).toEqual([lookup, expected]);
    }
    for (const lookup of ['MISS', 'HIT']) {
      const { cache, json } = await app.fetch('/public-profile');
      expect([cache, json()]).toEqual([lookup, { name: 'Ada' }]);
    }
  });
});
