import fc from 'fast-check';
import { Beginnings } from '../../../lib/keys/beginnings.js';
import { parsePattern } from '../../../lib/keys/groups.js';
import { alwaysCovers, mayCover, meetingOf } from '../../../lib/keys/meeting.js';
import { bindTemplate, resolvePath, resolvePattern } from '../../../lib/keys/resolver.js';
import type { Shape, ValueKind } from '../../../lib/keys/shape.js';
import { shapeOf } from '../../../lib/keys/shape.js';
import { parseTemplate } from '../../../lib/keys/template.js';

const long = 'a'.repeat(200);

/** Every text of up to three of these characters, so that each kind has values to meet the literals below. */
const words = ['a', '1'].flatMap((x) => [x, ...['a', '1'].flatMap((y) => [x + y, `${x}${y}a`, `${x}${y}1`])]);

const VALUES: Readonly<Record<Exclude<ValueKind, 'any' | 'uuid'>, readonly unknown[]>> = {
  scalar: [...words, 'ab', 'b', 'x y', '', long, undefined, 1],
  number: [1, 11, 111, 1n],
  object: [{ x: 1 }, { x: 2 }],
  array: [[1], [{ x: 1 }]],
};
const KINDS = Object.keys(VALUES) as (keyof typeof VALUES)[];
const valuesOf = (kind: ValueKind): readonly unknown[] =>
  kind === 'any' || kind === 'uuid' ? KINDS.flatMap((each) => VALUES[each]) : VALUES[kind];

/** A placeholder is called after its kind and its position: `number_0`. */
const kindOf = ({ name }: { name: string }): ValueKind => name.split('_')[0] as ValueKind;

const literal = fc.constantFrom('a', 'aa', 'ab', '1', '11', 'x%20y');
const wildcard = fc.constantFrom('*', 'a*', '*1', '?', 'a?', '?*', '*a*');
const placeholder = fc
  .tuple(fc.constantFrom<ValueKind>('any', ...KINDS), fc.constantFrom('', 'a', '1'), fc.constantFrom('', 'a', '1'))
  .map(([kind, prefix, suffix]) => ({ kind, prefix, suffix }));

type Part = string | { readonly kind: ValueKind; readonly prefix: string; readonly suffix: string };

const partsOfKey = fc.array(fc.oneof(literal, placeholder), { minLength: 1, maxLength: 2 });
const partsOfPath = fc.array(fc.oneof(literal, placeholder, fc.constant('*')), { minLength: 1, maxLength: 2 });
const partsOfPattern = fc.array(fc.oneof(literal, placeholder, wildcard), { minLength: 1, maxLength: 2 });

function textOf(parts: readonly Part[]): string {
  return parts
    .map((part, index) => (typeof part === 'string' ? part : `${part.prefix}<<${part.kind}_${index}>>${part.suffix}`))
    .join(':');
}

function shape(text: string): Shape {
  return shapeOf(parseTemplate(text, { where: 'Posts.find', pattern: true }), kindOf);
}

/** Every choice of values for the placeholders of a template. */
function choices(parts: readonly Part[]): Record<string, unknown>[] {
  return parts.reduce<Record<string, unknown>[]>(
    (chosen, part, index) =>
      typeof part === 'string'
        ? chosen
        : chosen.flatMap((each) => valuesOf(part.kind).map((value) => ({ ...each, [`${part.kind}_${index}`]: value }))),
    [{}],
  );
}

function bind(parts: readonly Part[]) {
  const template = parseTemplate(textOf(parts), { where: 'Posts.find', pattern: true });
  return bindTemplate<Record<string, unknown>>(
    template,
    ({ name }) =>
      (scope) =>
        scope[name],
  );
}

/** Every key that a template makes of the values above, by the resolver that makes them in each call. */
function keysOf(parts: readonly Part[]): string[] {
  const bound = bind(parts);
  return choices(parts).map((scope) => resolvePath(bound, scope));
}

/** What decides whether each pattern drops a key; a value that widens the pattern is left out. */
function matchersOf(parts: readonly Part[]): ((key: string) => boolean)[] {
  const bound = bind(parts);
  return choices(parts)
    .map((scope) => resolvePattern(bound, scope))
    .filter(({ widened }) => widened === undefined)
    .map(({ pattern }) => {
      const parsed = parsePattern(pattern);
      if (parsed.kind === 'glob') return (key: string) => parsed.matches(key);
      return (key: string) => parsed.path === '' || `${key}:`.startsWith(`${parsed.path}:`);
    });
}

describe('two templates', () => {
  it('meet exactly where some values make the same key', () => {
    fc.assert(
      fc.property(partsOfKey, partsOfKey, (one, other) => {
        const keys = new Set(keysOf(one));
        const meets = keysOf(other).some((key) => keys.has(key));
        expect([textOf(one), textOf(other), meetingOf(shape(textOf(one)), shape(textOf(other))) !== undefined]).toEqual(
          [textOf(one), textOf(other), meets],
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('meet only where the literals of one begin with those of the other', () => {
    const parts = fc.array(fc.oneof(literal, wildcard, placeholder), { minLength: 1, maxLength: 3 });
    const shapes = fc.tuple(parts, fc.boolean()).map(([each, isOpen]) => ({ ...shape(textOf(each)), isOpen }));
    fc.assert(
      fc.property(fc.array(shapes, { maxLength: 8 }), shapes, (others, one) => {
        const beginnings = new Beginnings<Shape>();
        for (const other of others) beginnings.add(other, other);
        const near = beginnings.near(one);
        expect(new Set(near).size).toBe(near.length);
        expect(near).toEqual(expect.arrayContaining(others.filter((other) => meetingOf(one, other) !== undefined)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are not compared where their literals differ', () => {
    const beginnings = new Beginnings<string>();
    for (const each of ['blog', 'blog:<<id>>', 'blog:list', 'blog:list:<<page>>', 'shop:<<id>>', '<<scope>>:<<id>>'])
      beginnings.add(shape(each), each);
    expect(beginnings.near(shape('blog:list'))).toEqual([
      '<<scope>>:<<id>>',
      'blog',
      'blog:<<id>>',
      'blog:list',
      'blog:list:<<page>>',
    ]);
  });

  it('say which value makes them meet', () => {
    expect(meetingOf(shape('public:blog:<<scalar_slug>>'), shape('public:blog:list'))).toEqual([
      { placeholders: ['scalar_slug'], value: 'list' },
    ]);
    expect(meetingOf(shape('posts:list.json'), shape('posts:<<scalar_slug>>.json'))).toEqual([
      { placeholders: ['scalar_slug'], value: 'list' },
    ]);
    expect(meetingOf(shape('posts:<<scalar_id>>'), shape('posts:<<scalar_slug>>'))).toEqual([
      { placeholders: ['scalar_id', 'scalar_slug'] },
    ]);
    expect(meetingOf(shape('posts:list'), shape('posts:list'))).toEqual([]);
  });

  it.each([
    ['posts:<<uuid_id>>', 'posts:newest', false],
    ['posts:<<uuid_id>>', 'posts:A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11', true],
    ['posts:<<uuid_id>>', 'posts:<<number_id>>', false],
    ['posts:<<uuid_id>>', 'posts:<<scalar_id>>', true],
    ['posts:<<uuid_id>>', 'posts:by-<<scalar_id>>', false],
    ['posts:<<uuid_id>>', 'posts:a<<scalar_id>>0', true],
    ['posts:<<uuid_id>>', 'posts:a<<uuid_id>>', false],
    ['posts:a<<uuid_id>>', 'posts:a<<uuid_id>>', true],
  ])('with a UUID: %s and %s', (one, other, meets) => {
    expect(meetingOf(shape(one), shape(other)) !== undefined).toBe(meets);
    expect(meetingOf(shape(other), shape(one)) !== undefined).toBe(meets);
  });

  it('meet where one of them goes on in a way that nobody knows', () => {
    const open: Shape = { ...shape('posts:list'), isOpen: true };
    expect(meetingOf(open, shape('posts:list:<<scalar_id>>'))).toEqual([]);
    expect(meetingOf(shape('posts'), open)).toBeUndefined();
    expect(meetingOf(shape('posts:detail:<<scalar_id>>'), open)).toBeUndefined();
  });
});

describe('a pattern', () => {
  it('may cover a template exactly where some values drop some of its keys', () => {
    fc.assert(
      fc.property(partsOfPath, partsOfKey, (pattern, template) => {
        const keys = keysOf(template);
        const drops = matchersOf(pattern).some((matches) => keys.some(matches));
        expect([textOf(pattern), textOf(template), mayCover(shape(textOf(pattern)), shape(textOf(template)))]).toEqual([
          textOf(pattern),
          textOf(template),
          drops,
        ]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('with wildcards within a segment is never said not to cover what it drops', () => {
    fc.assert(
      fc.property(partsOfPattern, partsOfKey, (pattern, template) => {
        if (mayCover(shape(textOf(pattern)), shape(textOf(template)))) return;
        const keys = keysOf(template);
        expect(matchersOf(pattern).some((matches) => keys.some(matches))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('always covers a template only where it drops all of its keys, whatever the values are', () => {
    fc.assert(
      fc.property(partsOfPattern, partsOfKey, (pattern, template) => {
        if (!alwaysCovers(shape(textOf(pattern)), shape(textOf(template)))) return;
        const keys = keysOf(template);
        expect(matchersOf(pattern).every((matches) => keys.every(matches))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['posts', 'posts:<<any_id>>', true],
    ['posts:*', 'posts:<<any_id>>:list', true],
    ['posts:*:list', 'posts:<<any_id>>:list', true],
    ['posts:p-*', 'posts:p-<<any_id>>', true],
    ['posts:<<any_id>>', 'posts:<<any_id>>', false],
    ['posts:list', 'posts:<<any_id>>', false],
    ['posts:list:all', 'posts:list', false],
  ])('always covers: %s and %s: %s', (pattern, template, expected) => {
    expect(alwaysCovers(shape(pattern), shape(template))).toBe(expected);
  });

  it('ends in front of a value that nobody has', () => {
    const template = parseTemplate('posts:detail:<<id>>:<<lang>>', { where: 'Posts.find' });
    const { segments } = shapeOf(template, ({ name }) => (name === 'id' ? 'any' : undefined));
    expect(segments.map((segment) => segment.kind)).toEqual(['literal', 'literal', 'value']);
  });

  it('has what `.with()` set as a literal', () => {
    const template = parseTemplate('posts:<<id>>', { where: 'Posts.find' });
    const { segments } = shapeOf(template, () => 'any', new Map([['id', { kind: 'value', value: 'a:b' }]]));
    expect(segments[1]).toEqual({ kind: 'literal', text: 'a%3Ab' });
  });
});
