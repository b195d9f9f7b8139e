import { Exclude, Expose, Transform, Type, instanceToPlain } from 'class-transformer';
import { CacheError } from '../../../lib/core/errors.js';
import { Serializer, type ValueShape } from '../../../lib/serialization/codec.js';
import { isDecorated, loadClassTransformer, prepareClassTransformer } from '../../../lib/serialization/dto.js';
import { difference, sharedObject } from './sameness.js';

class Address {
  @Exclude() note = 'hidden';
  constructor(public city: string) {}
  get label(): string {
    return `in ${this.city}`;
  }
}

class Animal {
  constructor(public name: string) {}
}
class Dog extends Animal {
  bark(): string {
    return `${this.name} barks`;
  }
}
class Cat extends Animal {
  lives = 9;
}

class User {
  id: number;
  @Exclude() password = 'secret';
  @Expose({ groups: ['admin'] }) email = 'a@b.c';
  @Expose({ name: 'displayName' }) name = 'Ann';
  @Transform(({ value }) => `${value as string}!`) motto = 'go';
  @Type(() => Date) born = new Date(0);
  @Type(() => Address) home: Address | null = new Address('Rome');
  @Type(() => Address) offices = [new Address('Bonn'), new Address('Oslo')];
  @Type(() => Address) byName = new Map([['a', new Address('Bern')]]);
  @Type(() => Address) visited = new Set([new Address('Graz')]);
  @Type(() => Animal, {
    discriminator: {
      property: 'kind',
      subTypes: [
        { value: Dog, name: 'dog' },
        { value: Cat, name: 'cat' },
      ],
    },
  })
  pets: Animal[] = [new Dog('Rex'), new Cat('Tom'), new Animal('Bo')];
  settings: unknown = { tags: new Set(['a']), big: 1n, at: new Date(1), gone: undefined };
  constructor(source: { id: number }) {
    this.id = source.id;
  }
  greet(): string {
    return `I am ${this.name}`;
  }
}

class Plain {
  a = 1;
}

const serializer = new Serializer();

function roundTrip(value: unknown, type: ValueShape['type']): unknown {
  return serializer.decode(serializer.encode(value, { type }), { type });
}

function refusalOf(value: unknown, shape: ValueShape): { path: string; found: string; remedy: string } {
  try {
    serializer.encode(value, shape);
  } catch (error) {
    if (CacheError.is(error, 'VALUE_NOT_SERIALIZABLE')) return error.details;
    throw error;
  }
  throw new Error('The value was accepted.');
}

describe('class-transformer', () => {
  // The first test of this file: nothing has been loaded yet.
  it('is asked for before a type is used and before an instance is sent', async () => {
    expect(isDecorated(Plain)).toBeUndefined();
    expect(() => serializer.encode(new Plain(), { type: Plain })).toThrow('class-transformer');
    expect(refusalOf([new Plain()], { form: 'wire' }).found).toContain('is not known yet');
    expect(serializer.encode({ a: [1] }, { form: 'wire' }).payload).toBe('{"a":[1]}');

    await prepareClassTransformer();

    expect(isDecorated(Plain)).toBe(false);
    expect(isDecorated(User)).toBe(true);
    expect(isDecorated(class Heir extends User {})).toBe(true);
    expect(serializer.encode([new Plain()], { form: 'wire' }).payload).toBe('[{"a":1}]');
    expect(await loadClassTransformer('test')).toHaveProperty('instanceToPlain');
  });
});

describe('a type in the form of a service', () => {
  beforeAll(prepareClassTransformer);

  it('keeps everything, also what decorators hide or transform', () => {
    const user = new User({ id: 7 });
    const result = roundTrip(user, User) as User;
    expect(difference(result, user)).toBeUndefined();
    expect(result).toBeInstanceOf(User);
    expect(result.greet()).toBe('I am Ann');
    expect(result.home?.label).toBe('in Rome');
    expect(result.offices[1]).toBeInstanceOf(Address);
    expect(result.byName.get('a')).toBeInstanceOf(Address);
    expect([...result.visited][0]).toBeInstanceOf(Address);
    expect(result.pets.map((pet) => pet.constructor)).toEqual([Dog, Cat, Animal]);
    expect(result.password).toBe('secret');
    expect(sharedObject(result, user)).toBeUndefined();
  });

  it('lets an outer serializer hide on a hit what it hides on a miss', () => {
    const user = new User({ id: 7 });
    user.pets = [];
    expect(instanceToPlain(roundTrip(user, User))).toEqual(instanceToPlain(user));
    expect(instanceToPlain(roundTrip(user, User))).not.toHaveProperty('password');
  });

  it('changes nothing of the instance', () => {
    const user = new User({ id: 7 });
    const twin = new User({ id: 7 });
    serializer.encode(user, { type: User });
    expect(difference(user, twin)).toBeUndefined();
  });

  it('makes instances of plain data, on every level', () => {
    const row = {
      id: 1,
      home: { city: 'Rome' },
      pets: [{ kind: 'dog', name: 'Rex' }, { name: 'Bo' }],
      offices: [null],
    };
    const result = roundTrip([row], User) as User[];
    expect(result[0]).toBeInstanceOf(User);
    expect(result[0]!.home).toBeInstanceOf(Address);
    expect(result[0]!.pets.map((pet) => pet.constructor)).toEqual([Dog, Animal]);
    expect(JSON.stringify(result)).toBe(JSON.stringify([row]));
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  it.each([null, undefined, [], [null, undefined]])('takes nothing: %p', (value) => {
    expect(difference(roundTrip(value, User), value)).toBeUndefined();
  });

  it('stores an instance of JSON types as plain JSON, whatever its toJSON says', () => {
    class Renamed {
      a = 1;
      toJSON(): unknown {
        return { b: 2 };
      }
    }
    expect(serializer.encode(new Renamed(), { type: Renamed }).payload).toBe('{"a":1}');
    expect(roundTrip(new Renamed(), Renamed)).toBeInstanceOf(Renamed);
  });

  it.each([{ $class: ['', {}] }, { $date: 'x' }, { $$a: 1 }])('keeps an instance that looks like a tag: %j', (data) => {
    class Odd {}
    class Holder {
      @Type(() => Odd, { discriminator: { property: 'kind', subTypes: [{ value: Plain, name: 'plain' }] } })
      odd = Object.assign(new Odd(), data);
      big = 1n;
    }
    const values: [unknown, ValueShape['type']][] = [
      [Object.assign(new Odd(), data), Odd],
      [new Holder(), Holder],
    ];
    for (const [value, type] of values) expect(difference(roundTrip(value, type), value)).toBeUndefined();
  });

  it('asks a function of the holder for the class', () => {
    class Box {
      kind = 'cat';
      @Type((help) => ((help?.object as Box).kind === 'cat' ? Cat : Dog)) pet: Animal = new Cat('Tom');
    }
    expect((roundTrip(new Box(), Box) as Box).pet).toBeInstanceOf(Cat);
  });

  it.each([
    ['a text', 'secret', '$', 'a string, not of User'],
    ['a number', 5, '$', 'a number, not of User'],
    ['a date', new Date(0), '$', 'an instance of Date, not of User'],
    ['a Map', new Map(), '$', 'an instance of Map, not of User'],
    ['another class', [new User({ id: 1 }), new Plain()], '$[1]', 'an instance of Plain, not of User'],
    ['an array in an array', [[new User({ id: 1 })]], '$[0]', 'an array, not of User'],
  ])('refuses %s, in both forms', (_kind, value, path, found) => {
    expect(refusalOf(value, { type: User })).toMatchObject({ path, found });
    expect(refusalOf(value, { type: User, form: 'wire' })).toMatchObject({ path, found });
  });

  it('refuses a derived class, which would come back as its base', () => {
    expect(refusalOf(new Dog('Rex'), { type: Animal })).toMatchObject({ path: '$', found: 'an instance of Dog' });
  });

  it('refuses an instance where no @Type says what it is', () => {
    const user = Object.assign(new User({ id: 1 }), { settings: { plain: new Plain() } });
    expect(refusalOf([user], { type: User })).toEqual({
      path: '$[0].settings.plain',
      found: 'an instance of Plain',
      remedy: 'Declare it with @Type(() => Plain) on the property, or return plain data.',
    });
  });

  it('refuses private state, which nobody can read', () => {
    class Money {
      #amount = 5;
      get amount(): number {
        return this.#amount;
      }
    }
    class Euro extends Money {}
    class Index extends Map {}
    expect(refusalOf(new Money(), { type: Money }).found).toBe('an instance of Money, which has private state');
    expect(refusalOf(new Euro(), { type: Euro }).found).toBe('an instance of Euro, which has private state');
    expect(refusalOf(new Index(), { type: Index }).found).toBe('an instance of Index, which has private state');
  });

  it('refuses accessors, symbols and hidden properties of an instance', () => {
    const plain = new Plain();
    Object.defineProperty(plain, 'b', { get: () => 1, enumerable: true });
    expect(refusalOf(plain, { type: Plain })).toMatchObject({ path: '$.b', found: 'an accessor' });
  });

  it('reads an entry that holds an unknown subtype as damaged', () => {
    const payload = '{"pets":[{"$class":["horse",{}]}]}';
    expect(() => serializer.decode({ payload, serializer: 'tagged', form: 'value' }, { type: User })).toThrow('horse');
  });
});

describe('a type in the form of a handler', () => {
  beforeAll(prepareClassTransformer);

  const shape = { form: 'wire', type: User } as const;
  const make = (): User => Object.assign(new User({ id: 7 }), { settings: {}, pets: [] });

  it('is stored as what class-transformer lets out', () => {
    const encoded = serializer.encode(make(), shape);
    expect(encoded.payload).toBe(JSON.stringify(instanceToPlain(make())));
    const result = serializer.decode(encoded, shape) as Record<string, unknown>;
    expect(result).toMatchObject({ id: 7, displayName: 'Ann', motto: 'go!', home: { city: 'Rome' } });
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(encoded.payload).not.toMatch(/secret|hidden|a@b\.c/);
  });

  it('applies groups and other options', () => {
    const transform = { groups: ['admin'] };
    expect(serializer.encode(make(), { ...shape, transform }).payload).toContain('a@b.c');
    const strategy = { strategy: 'excludeAll' } as const;
    expect(serializer.encode(new Plain(), { form: 'wire', type: Plain, transform: strategy }).payload).toBe('{}');
  });

  it('hides the same of plain data', () => {
    const row = {
      id: 1,
      pets: [],
      settings: {},
      password: 'secret',
      email: 'a@b.c',
      home: { city: 'Rome', note: 'hidden' },
      offices: [],
      born: 0,
    };
    class Row extends User {
      constructor() {
        super({ id: 0 });
      }
    }
    const twin = structuredClone(row);
    const { payload } = serializer.encode([row, null], { form: 'wire', type: Row });
    expect(payload).toContain('"city":"Rome"');
    expect(payload).not.toMatch(/secret|hidden|a@b\.c/);
    expect(row).toEqual(twin);
  });

  it('leaves the discriminators of plain data where they are', () => {
    class Owner {
      @Type(() => Animal, { discriminator: { property: 'kind', subTypes: [{ value: Cat, name: 'cat' }] } })
      pets: Animal[] = [];
    }
    const row = { pets: [{ kind: 'cat', name: 'Tom' }] };
    expect(serializer.encode(row, { form: 'wire', type: Owner }).payload).toContain('"kind":"cat"');
    expect(row.pets[0]).toEqual({ kind: 'cat', name: 'Tom' });
  });

  it('takes a derived class, which is let out by its own rules', () => {
    class Account extends User {
      @Exclude() iban = 'DE1';
    }
    const account = Object.assign(new Account({ id: 1 }), { pets: [], settings: {} });
    expect(serializer.encode(account, shape).payload).not.toMatch(/DE1|secret/);
  });

  it('is also what a handler reads of an entry that a service stored in full', () => {
    const stored = serializer.encode([make()], { type: User });
    expect(stored.payload).toContain('secret');
    const result = serializer.decode(stored, shape);
    expect(JSON.stringify(result)).toBe(JSON.stringify(instanceToPlain([make()])));
    expect(Object.getPrototypeOf((result as object[])[0])).toBe(Object.prototype);
  });

  it('is refused with path and cause where class-transformer fails', () => {
    class Broken {
      @Transform(() => {
        throw new Error('broken');
      })
      a = 1;
    }
    expect(refusalOf([null, new Broken()], { form: 'wire', type: Broken })).toMatchObject({
      path: '$[1]',
      found: 'a value that throws when it is read',
    });
  });

  it('is refused where it still holds what JSON would drop', () => {
    class Bytes {
      data = Buffer.from('a');
    }
    expect(refusalOf(new Bytes(), { form: 'wire', type: Bytes }).path).toBe('$.data');
  });
});
