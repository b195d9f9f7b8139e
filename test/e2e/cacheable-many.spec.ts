import { Controller, Get, Inject, Injectable, Param, Query } from '@nestjs/common';
import { CacheError, CacheService, Cacheable, CacheableMany, InvalidateCache, cacheKeys } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { RecordedLog } from '../support/recorded-log.js';

interface User {
  readonly id: number;
  readonly name: string;
}

const users = cacheKeys('public:users', { detail: { key: 'detail:<<id>>', ttl: '5m', tags: ['users'] } });

let asked: unknown[][] = [];
let names = new Map<number, string>();
let gate: Gate | undefined;
let failure: Error | undefined;

async function load(ids: readonly number[]): Promise<Map<number, User>> {
  asked.push([...ids]);
  await gate?.pass();
  if (failure !== undefined) throw failure;
  return new Map(ids.filter((id) => names.has(id)).map((id) => [id, { id, name: names.get(id)! }]));
}

@Injectable()
class Users {
  @CacheableMany(users.detail)
  async findMany(ids: readonly number[]): Promise<Map<number, User>> {
    return load(ids);
  }

  @Cacheable(users.detail)
  async findOne(id: number): Promise<User | undefined> {
    return (await load([id])).get(id);
  }

  @InvalidateCache([users.detail])
  async rename(id: number, name: string): Promise<void> {
    names.set(id, name);
  }

  @CacheableMany({
    key: (id, lang) => ['public', 'names', lang, id],
    when: (id) => id !== 0,
    unless: (user, id) => user?.name === 'secret' || id === 99,
    tags: (user) => (user ? [`name:${user.name}`] : []),
    nullTtl: '1s',
  })
  async inLanguage(ids: number[], lang: string): Promise<Map<number, User>> {
    return load(ids.map((id) => (lang === 'de' ? id : -id)));
  }

  @CacheableMany('public:nested:<<id>>')
  async nested(ids: readonly number[]): Promise<Map<number, string>> {
    asked.push(['nested', ...ids]);
    const found = await this.findMany(ids);
    return new Map([...found].map(([id, { name }]) => [id, `the ${name}`]));
  }

  @CacheableMany('public:itself:<<id>>')
  async itself(ids: readonly number[]): Promise<Map<number, string>> {
    return this.itself(ids);
  }

  @CacheableMany('public:wrong:<<how>>:<<id>>')
  async wrong(ids: readonly number[], how = 'list'): Promise<Map<number, unknown>> {
    asked.push([...ids]);
    return (how === 'list' ? ids.map((id) => ({ id })) : new Map([[7, 'x']])) as unknown as Map<number, unknown>;
  }
}

@Controller()
class UsersController {
  constructor(@Inject(Users) private readonly users: Users) {}

  @Get('users')
  async list(@Query('ids') ids: string): Promise<User[]> {
    return [...(await this.users.findMany(ids.split(',').map(Number))).values()];
  }

  @Get('rename/:id/:name')
  async rename(@Param('id') id: string, @Param('name') name: string): Promise<string> {
    await this.users.rename(Number(id), name);
    return 'done';
  }
}

beforeEach(() => {
  asked = [];
  names = new Map([1, 2, 3, 4, 5].map((id) => [id, `user ${id}`]));
  gate = undefined;
  failure = undefined;
});

describe.each(PLATFORMS)('a handler over a method with @CacheableMany, on %s,', (platform) => {
  let app: TestApplication;

  beforeEach(async () => {
    app = await TestApplication.start({ platform, providers: [Users], controllers: [UsersController] });
  });
  afterEach(() => app.stop());

  it('loads what is not cached, and gets the new value after a write', async () => {
    const get = async (ids: string) =>
      ((await app.fetch(`/users?ids=${ids}`)).json() as User[]).map(({ name }) => name);
    expect(await get('1,2')).toEqual(['user 1', 'user 2']);
    expect(await get('3,2,1')).toEqual(['user 3', 'user 2', 'user 1']);
    await app.fetch('/rename/2/Ada');
    expect(await get('1,2,3')).toEqual(['user 1', 'Ada', 'user 3']);
    expect(asked).toEqual([[1, 2], [3], [2]]);
  });
});

describe('a method with @CacheableMany', () => {
  let app: TestApplication;
  let service: Users;
  let cache: CacheService;

  beforeEach(async () => {
    app = await TestApplication.start({ providers: [Users], cache: { keyCheck: 'error' } });
    [service, cache] = [app.get(Users), app.get(CacheService)];
  });
  afterEach(() => app.stop());

  const idsOf = (found: ReadonlyMap<number, unknown>): number[] => [...found.keys()];

  it('is called once, with the missing ids in their order and each once', async () => {
    await service.findMany([2]);
    const found = await service.findMany([3, 1, 3, 2, 1]);
    expect(asked).toEqual([[2], [3, 1]]);
    expect(idsOf(found)).toEqual([3, 1, 2]);
    expect(found.get(1)).toEqual({ id: 1, name: 'user 1' });
  });

  it('is not called for no ids, nor when all are there', async () => {
    expect((await service.findMany([])).size).toBe(0);
    await service.findMany([1, 2]);
    await service.findMany([2, 1]);
    expect(asked).toEqual([[1, 2]]);
  });

  it('leaves out what there is not, and remembers that', async () => {
    expect(idsOf(await service.findMany([1, 8, 2]))).toEqual([1, 2]);
    expect(idsOf(await service.findMany([8]))).toEqual([]);
    expect(asked).toEqual([[1, 8, 2]]);
  });

  it('hands out values that belong to the caller', async () => {
    const found = (await service.findMany([1])).get(1) as { name: string };
    found.name = 'changed';
    expect((await service.findMany([1])).get(1)?.name).toBe('user 1');
  });

  it('shares the entries of a method for one id that has the same key of a catalog', async () => {
    await service.findMany([1, 9]);
    expect(await service.findOne(1)).toEqual({ id: 1, name: 'user 1' });
    expect(await service.findOne(9)).toBeUndefined();
    await service.findOne(2);
    await service.findMany([1, 2, 9]);
    expect(asked).toEqual([[1, 9], [2]]);
  });

  it('loads again what was invalidated, by path and by tag', async () => {
    await service.findMany([1, 2, 3]);
    await service.rename(1, 'Ada');
    expect((await service.findMany([1, 2, 3])).get(1)?.name).toBe('Ada');
    await cache.invalidateTags(['users']);
    await service.findMany([1, 2]);
    expect(asked).toEqual([[1, 2, 3], [1], [1, 2]]);
  });

  it('joins loads under way, of whichever method, and loads the rest meanwhile', async () => {
    gate = new Gate();
    const one = service.findOne(1);
    await gate.reached;
    const many = service.findMany([1, 2]);
    const others = service.findMany([3, 2, 1]);
    while (asked.length < 3) await new Promise(setImmediate);
    gate.open();
    expect(await one).toEqual({ id: 1, name: 'user 1' });
    expect(idsOf(await many)).toEqual([1, 2]);
    expect(idsOf(await others)).toEqual([3, 2, 1]);
    expect(asked).toEqual([[1], [2], [3]]);
  });

  it('fails with the very error of its load, for everybody who needs one of its ids', async () => {
    failure = new RangeError('broken');
    gate = new Gate();
    const calls = [service.findMany([1, 2]), service.findMany([2, 3]), service.findOne(1)];
    const settled = Promise.allSettled(calls);
    await gate.reached;
    gate.open();
    for (const each of await settled) expect(each).toEqual({ status: 'rejected', reason: failure });
    failure = undefined;
    expect(idsOf(await service.findMany([1, 2, 3]))).toEqual([1, 2, 3]);
  });

  it('gives functions one id and its value', async () => {
    names.set(99, 'x').set(6, 'secret');
    const german = (ids: number[]) => service.inLanguage(ids, 'de').then(idsOf);
    expect(await german([1, 0, 99, 6])).toEqual([1, 99, 6]);
    await german([1, 0, 99, 6]);
    expect(asked).toEqual([
      [1, 0, 99, 6],
      [0, 99, 6],
    ]);
    await cache.invalidateTags([['name', 'user 1']]);
    await german([1]);
    expect(asked.length).toBe(3);
  });

  it('may call another one', async () => {
    expect([...(await service.nested([1, 2])).values()]).toEqual(['the user 1', 'the user 2']);
    await service.nested([1, 2, 3]);
    expect(asked).toEqual([['nested', 1, 2], [1, 2], ['nested', 3], [3]]);
  });

  it('is told when it waits for itself', async () => {
    const error = await service.itself([1, 2]).catch((thrown: unknown) => thrown);
    expect(CacheError.is(error, 'LOADER_RECURSION')).toBe(true);
  });

  it('is looked up a thousand ids at a time', async () => {
    await service.findMany(Array.from({ length: 2_500 }, (_, id) => id));
    expect(asked.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it('is in the report', () => {
    const reported = cache.report().methods.find(({ where }) => where === 'Users.findMany');
    expect(reported).toMatchObject({
      decorator: 'CacheableMany',
      template: 'public:users:detail:<<id>>',
      ttl: 300_000,
      inputs: [{ name: 'id', use: 'in the key' }],
      invalidatedBy: ['Users.rename'],
    });
  });

  it.each([
    ['returns no map', () => service.wrong([1]), 'returned an array instead of a Map by id'],
    ['returns what it was not asked for', () => service.wrong([1], 'map'), 'it was not asked for'],
    ['is passed no list', () => service.findMany('1' as unknown as number[]), 'instead of a list of ids'],
  ])('is an error where it %s', async (_, call, text) => {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(CacheError.is(error, 'MANY_MISMATCH')).toBe(true);
    expect(String(error)).toContain(text);
  });
});

describe('an application with methods for one id and for many', () => {
  const other = cacheKeys('public:users', { detail: 'detail:<<id>>' });

  it.each([
    ['the same template', '"public:users:detail:<<id>>"', [{ key: 'public:users:detail:<<id>>' }, other.detail]],
    [
      'the same key of a catalog under other tags',
      'KEY_CLASH',
      [{ key: users.detail, tags: ['others'] }, users.detail],
    ],
    ['the same key of a catalog in another version', 'KEY_CLASH', [{ key: users.detail, version: 2 }, users.detail]],
  ] as const)('does not start with %s', async (_, text, [single, many]) => {
    class Clashing {
      @Cacheable(single)
      async findOne(id: number): Promise<User | undefined> {
        return (await load([id])).get(id);
      }

      @CacheableMany(many)
      async findMany(ids: number[]): Promise<Map<number, User>> {
        return load(ids);
      }
    }
    await expect(TestApplication.start({ providers: [Clashing] })).rejects.toThrow(text);
  });

  it('starts with the same key of a catalog', async () => {
    class Sharing {
      @CacheableMany(other.detail)
      async findMany(ids: number[]): Promise<Map<number, User>> {
        return load(ids);
      }

      @Cacheable(other.detail)
      async findOne(id: number): Promise<User | undefined> {
        return (await load([id])).get(id);
      }
    }
    await (await TestApplication.start({ providers: [Sharing] })).stop();
  });
});

it('goes on uncached in production where a method with @CacheableMany returns no map', async () => {
  const logger = new RecordedLog();
  const app = await TestApplication.startInProduction({ providers: [Users], logger });
  try {
    for (let time = 0; time < 2; time++) expect(await app.get(Users).wrong([1])).toEqual([{ id: 1 }]);
    expect(logger.errors('MANY_MISMATCH').length).toBe(1);
  } finally {
    await app.stop();
  }
});
