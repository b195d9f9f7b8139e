import { Controller, Get, Inject, Injectable, Param } from '@nestjs/common';
import type { StoreDefinition } from '../../lib/index.js';
import { CacheService, Cacheable, memoryStore } from '../../lib/index.js';
import type { ChaosStore } from '../../lib/testing/chaos.store.js';
import { chaosStore } from '../../lib/testing/chaos.store.js';
import { TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

const SECRET = 'the secret of the value';

let runs = 0;

@Injectable()
class Users {
  @Cacheable()
  async find(id: string): Promise<unknown> {
    return { id, run: ++runs };
  }

  @Cacheable('public:hashed:<<args>>')
  async hashed(id: string): Promise<unknown> {
    return { id, run: ++runs };
  }

  @Cacheable('public:maybe:<<id>>', { ttl: '1h', nullTtl: '10s' })
  async maybe(id: string): Promise<unknown> {
    return id === 'missing' ? null : { id };
  }

  @Cacheable('public:archive:<<id>>', { ttl: '60d' })
  async archived(id: string): Promise<unknown> {
    return { id, run: ++runs };
  }
}

@Controller()
class UsersController {
  constructor(@Inject(Users) private readonly users: Users) {}

  @Get('users/:id')
  @Cacheable('public:users:<<id>>')
  show(@Param('id') id: string): unknown {
    return { id, secret: SECRET, run: ++runs };
  }

  @Get('service/:id')
  async service(@Param('id') id: string): Promise<unknown> {
    return this.users.find(id);
  }
}

/** A price as the releases of an application return it. */
function releaseOf(version: string | undefined, price: unknown): new () => { price(id: string): Promise<unknown> } {
  @Injectable()
  class Prices {
    @Cacheable('public:price:<<0>>', version === undefined ? {} : { version })
    async price(_id: string): Promise<unknown> {
      return price;
    }
  }
  return Prices;
}

/** One store for several applications, which a test can make slow or fail. */
function held(): { store: StoreDefinition; chaos: ChaosStore } {
  const chaos = chaosStore(memoryStore().create({ prefix: 'test', version: 1, name: 'default' }));
  return { store: { kind: 'chaos', create: () => chaos }, chaos };
}

describe('a service', () => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ providers: [Users] });
  });
  afterAll(() => app.stop());

  it.each(['find', 'hashed'] as const)(
    'is not given what another id has whose short hash is the same: %s',
    async (way) => {
      const users = app.get(Users);
      for (let turn = 0; turn < 2; turn++) {
        expect(await users[way]('user-1r')).toMatchObject({ id: 'user-1r' });
        expect(await users[way]('user-30')).toMatchObject({ id: 'user-30' });
      }
    },
  );

  it('forgets a nothing sooner than a value', async () => {
    const users = app.get(Users);
    await Promise.all([users.maybe('missing'), users.maybe('there')]);
    const cache = app.get(CacheService);
    expect(await cache.ttl('public:maybe:missing')).toBeLessThanOrEqual(10_000);
    expect(await cache.ttl('public:maybe:there')).toBeGreaterThan(3_590_000);
  });

  it('may keep what it has for longer than a timer can wait', async () => {
    const users = app.get(Users);
    const first = await users.archived('1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await users.archived('1')).toEqual(first);
    expect(await app.get(CacheService).ttl('public:archive:1')).toBeGreaterThan(59 * 86_400_000);
  });
});

describe('a release that returns another shape', () => {
  it('never reads what the one before it stored, once its version is another', async () => {
    const { store } = held();
    const answers = [];
    for (const [version, price] of [
      [undefined, 12],
      [undefined, 'never asked'],
      ['2', { amount: 12, currency: 'EUR' }],
    ] as const) {
      const Prices = releaseOf(version, price);
      const app = await TestApplication.start({ providers: [Prices], cache: { prefix: 'test', store } });
      answers.push(await app.get(Prices).price('1'));
      await app.stop();
    }
    expect(answers).toEqual([12, 12, { amount: 12, currency: 'EUR' }]);
  });
});

describe('an application with a store that is no help', () => {
  const log = new RecordedLog();
  let app: TestApplication;
  let chaos: ChaosStore;

  beforeEach(async () => {
    const shared = held();
    chaos = shared.chaos;
    log.lines.length = 0;
    app = await TestApplication.start({
      controllers: [UsersController],
      providers: [Users],
      logger: log,
      cache: { prefix: 'test', store: shared.store, debug: true },
    });
  });
  afterEach(() => app.stop());

  it.each(['read', 'begin', 'fill'] as const)(
    'answers when each %s fails, says so, and shows no value',
    async (verb) => {
      chaos.alwaysFail(verb, new Error('the server is on fire'));
      for (let call = 0; call < 3; call++) {
        const { status, cache, body } = await app.fetch(`/users/${call}`);
        expect([status, cache, body.includes(SECRET)]).toEqual([200, 'MISS', true]);
      }
      const lines = log.about('the server is on fire');
      // A store that can still be read is asked again.
      expect(lines.map((line) => line.includes('is left alone'))).toEqual(verb === 'read' ? [false, true] : [false]);
      expect(log.about(SECRET)).toEqual([]);
    },
  );

  it('has stored an entry when it answers, however slow that was', async () => {
    chaos.alwaysDelay('fill', 50);
    expect(await app.lookups('/users/2', '/users/2')).toEqual(['MISS', 'HIT']);
    const [first, second] = [await app.fetch('/service/2'), await app.fetch('/service/2')];
    expect(second.body).toBe(first.body);
  });
});
