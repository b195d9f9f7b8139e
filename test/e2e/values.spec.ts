import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { ClassSerializerInterceptor, Controller, Get, Inject, Injectable, UseInterceptors } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Exclude, Expose, Type } from 'class-transformer';
import type { Observable } from 'rxjs';
import { map } from 'rxjs';
import { CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

class Address {
  city = 'Kiel';

  @Exclude()
  street = 'secret street';
}

class User {
  id = 1;
  born = new Date(0);

  @Exclude()
  password = 'secret password';

  @Type(() => Address)
  address = new Address();

  @Expose()
  get label(): string {
    return `user ${this.id}`;
  }
}

@Injectable()
class Users {
  runs = 0;

  @Cacheable('public:service:user', { type: User })
  async find(): Promise<User> {
    this.runs++;
    return new User();
  }

  @Cacheable('public:service:plain')
  async plain(): Promise<{ at: Date; tags: string[]; map: Map<string, number> }> {
    this.runs++;
    return { at: new Date(5), tags: ['a'], map: new Map([['a', 1]]) };
  }

  @Cacheable('public:service:nothing:<<kind>>')
  async nothing(kind: 'null' | 'undefined'): Promise<null | undefined> {
    this.runs++;
    return kind === 'null' ? null : undefined;
  }
}

@Injectable()
class Envelope implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Controller()
class UsersController {
  constructor(@Inject(Users) private readonly users: Users) {}

  @Get('typed')
  @Cacheable('public:handler:typed', { type: User })
  typed(): User {
    return new User();
  }

  @Get('list')
  @Cacheable('public:handler:list', { type: User })
  list(): User[] {
    return [new User()];
  }

  @Get('service')
  async service(): Promise<User> {
    return this.users.find();
  }

  @Get('both')
  @Cacheable('public:handler:both', { type: User })
  async both(): Promise<User> {
    return this.users.find();
  }

  @Get('enveloped')
  @UseInterceptors(Envelope)
  @Cacheable('public:handler:enveloped', { type: User })
  enveloped(): User {
    return new User();
  }

  @Get('date')
  @Cacheable('public:handler:date')
  date(): unknown {
    return { at: new Date(0), nothing: undefined, list: [undefined] };
  }

  @Get('null')
  @Cacheable('public:handler:null')
  null(): null {
    return null;
  }

  @Get('undefined')
  @Cacheable('public:handler:undefined')
  undefined(): void {
    this.users.runs++;
  }
}

const OUTWARD = { id: 1, born: '1970-01-01T00:00:00.000Z', address: { city: 'Kiel' }, label: 'user 1' };
const PARTS = {
  controllers: [UsersController],
  providers: [Users, { provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }],
};

describe.each(PLATFORMS)('values behind a global serializer on %s', (platform) => {
  let app: TestApplication;

  beforeEach(async () => {
    app = await TestApplication.start({ platform, ...PARTS });
  });
  afterEach(() => app.stop());

  it.each([
    ['typed', OUTWARD],
    ['list', [OUTWARD]],
    ['both', OUTWARD],
    ['enveloped', { data: OUTWARD }],
  ])('are the same on miss and hit, without what is excluded: %s', async (path, expected) => {
    const [miss, hit] = [await app.fetch(`/${path}`), await app.fetch(`/${path}`)];
    expect([miss.cache, hit.cache]).toEqual(['MISS', 'HIT']);
    expect([miss.json(), hit.json()]).toEqual([expected, expected]);
    expect(hit.body).toBe(miss.body);
  });

  it('are instances in services, and go out without what is excluded', async () => {
    const users = app.get(Users);
    for (let call = 0; call < 2; call++) {
      const user = await users.find();
      expect(user).toBeInstanceOf(User);
      expect([user.password, user.born, user.address instanceof Address]).toEqual([
        'secret password',
        new Date(0),
        true,
      ]);
      expect((await app.fetch('/service')).json()).toEqual(OUTWARD);
    }
    expect(users.runs).toBe(1);
  });

  it('are taken for what they look like in an answer', async () => {
    const [miss, hit] = [await app.fetch('/date'), await app.fetch('/date')];
    expect(miss.body).toBe('{"at":"1970-01-01T00:00:00.000Z","list":[null]}');
    expect([hit.body, hit.cache]).toEqual([miss.body, 'HIT']);
  });

  it.each(['null', 'undefined'])('may be nothing: %s from a handler', async (path) => {
    const [miss, hit] = [await app.fetch(`/${path}`), await app.fetch(`/${path}`)];
    expect([miss.cache, hit.cache, hit.status, hit.body]).toEqual(['MISS', 'HIT', 200, miss.body]);
  });

  it.each(['null', 'undefined'] as const)('may be nothing: %s from a service', async (kind) => {
    const users = app.get(Users);
    expect(await users.nothing(kind)).toBe(await users.nothing(kind));
    expect(users.runs).toBe(1);
    expect(await app.get(CacheService).has(['public', 'service', 'nothing', kind])).toBe(true);
  });

  it('belong to whoever gets them', async () => {
    const users = app.get(Users);
    for (let call = 0; call < 3; call++) {
      const value = await users.plain();
      expect(value).toEqual({ at: new Date(5), tags: ['a'], map: new Map([['a', 1]]) });
      value.tags.push('mine');
      value.at.setTime(9);
      value.map.clear();
    }
    expect(users.runs).toBe(1);
  });
});

describe.each(PLATFORMS)('values of a type without a serializer on %s', (platform) => {
  it('go out from handlers without what is excluded, on miss and hit', async () => {
    const app = await TestApplication.start({ platform, controllers: [UsersController], providers: [Users] });
    for (const path of ['/typed', '/both', '/list']) {
      const [miss, hit] = [await app.fetch(path), await app.fetch(path)];
      expect([miss.cache, hit.cache, hit.body]).toEqual(['MISS', 'HIT', miss.body]);
      expect(miss.json()).toEqual(path === '/list' ? [OUTWARD] : OUTWARD);
    }
    await app.stop();
  });
});
