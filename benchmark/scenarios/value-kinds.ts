class Money {
  readonly #cents: number;
  constructor(
    cents: number,
    readonly currency = 'EUR',
  ) {
    this.#cents = cents;
  }

  get cents(): number {
    return this.#cents;
  }
}

class User {
  constructor(readonly name: string) {}

  greet(): string {
    return `Hello ${this.name}`;
  }
}

class Temperature {
  constructor(readonly celsius: number) {}

  toJSON(): string {
    return `${this.celsius} °C`;
  }
}

/** What a method may return, by its name; each made anew, since it may be changed. */
export const KINDS: readonly (readonly [name: string, make: () => unknown])[] = [
  ['a plain object', () => ({ id: 1, title: 'text', nested: { list: [1, 'two', null, true] } })],
  ['a text', () => 'text with "quotes", \u2028 and 🎉'],
  ['an empty text', () => ''],
  ['a text that looks like JSON', () => '{"a":1}'],
  ['a text that looks like a date', () => ({ text: '2025-03-14T09:26:53.589Z' })],
  ['half of a surrogate pair', () => ({ text: '\ud83c' })],
  ['zero', () => 0],
  ['minus zero', () => ({ value: -0 })],
  ['NaN', () => ({ value: NaN })],
  ['infinity', () => ({ value: -Infinity })],
  ['a big integer', () => ({ value: 2n ** 70n })],
  ['false', () => false],
  ['null', () => null],
  ['undefined', () => undefined],
  ['a property that is undefined', () => ({ value: undefined, other: 1 })],
  ['undefined in an array', () => [1, undefined, 3]],
  ['a date', () => ({ at: new Date(1_700_000_000_000) })],
  ['a date that is none', () => ({ at: new Date(NaN) })],
  [
    'a map',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [2, { b: 3 }],
      ]),
  ],
  ['a set', () => ({ ids: new Set([1, '1', true]) })],
  ['a buffer', () => ({ bytes: Buffer.from([0, 255, 128]) })],
  ['a Uint8Array', () => new Uint8Array([0, 255, 128])],
  ['a Float64Array', () => ({ points: new Float64Array([0.5, NaN]) })],
  ['a regular expression', () => ({ pattern: /a+b/giu })],
  ['an error', () => ({ error: new RangeError('out of range') })],
  ['a URL', () => ({ link: new URL('https://example.org/a?b=c') })],
  ['an instance of a class', () => new User('Ada')],
  ['an instance with private fields', () => ({ price: new Money(1_250) })],
  ['an instance with toJSON', () => ({ outside: new Temperature(21) })],
  ['a function', () => ({ run: () => 1 })],
  ['a symbol', () => ({ kind: Symbol.for('kind') })],
  ['a cycle', cycle],
  ['an accessor', () => Object.defineProperty({ a: 1 }, 'now', { get: () => 2, enumerable: true, configurable: true })],
  ['an own property named __proto__', () => JSON.parse('{"__proto__":{"admin":true},"a":1}') as object],
  ['a promise', () => ({ later: Promise.resolve(1) })],
];

function cycle(): object {
  const node: { name: string; self?: unknown } = { name: 'node' };
  node.self = node;
  return node;
}
