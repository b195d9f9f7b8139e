import fc from 'fast-check';
import { ANONYMOUS, encodeTag, pathOf } from '../../../lib/keys/escape.js';
import * as groups from '../../../lib/keys/groups.js';
import { values } from './arbitraries.js';
import { reasonOf } from './errors-of.js';

const { bucketGroup, bucketOf, BUCKETS, groupOf, groupsOf, parsePattern, partitionSegment } = groups;
const { patternOf, ROOT_GROUP, tagGroup, withPartition } = groups;

const elements = fc.array(values, { minLength: 1, maxLength: 3 });
const tenants = fc.option(
  values
    .filter((value) => value !== undefined && value !== null && value !== '')
    .map((value) => partitionSegment(value, 'test')),
  { nil: undefined },
);

describe('the groups of a path', () => {
  it('are the root and every prefix in front of a colon', () => {
    expect(groupsOf('public')).toEqual(['~root']);
    expect(groupsOf('public:blog:list:a1b2')).toEqual(['~root', 'public', 'public:blog', 'public:blog:list']);
    expect(groupsOf('~p.acme:public:blog')).toEqual(['~root', '~p.acme', '~p.acme:public']);
  });

  it('are one list for paths side by side, as long as there are not too many of them', () => {
    const list = groupsOf('a:b:1');
    expect(groupsOf('a:b:2')).toBe(list);
    expect([list, groupsOf('a')].map((each) => Object.isFrozen(each))).toEqual([true, true]);
    for (let index = 0; index < 1_000; index++) expect(groupsOf(`a:${index}:1`)).toEqual(['~root', 'a', `a:${index}`]);
    expect(groupsOf('a:b:2')).toEqual(list);
    expect(groupsOf('a:b:2')).not.toBe(list);
  });

  it('contain the group of every path that it is below, and no other', () => {
    const paths = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 }).map((segments) => segments.join(':'));
    fc.assert(
      fc.property(paths, paths, (above, path) => {
        fc.pre(path !== '');
        const isBelow = above === '' || path.startsWith(`${above}:`);
        expect(groupsOf(path).includes(groupOf(above))).toBe(isBelow);
      }),
    );
  });
});

describe('the group of a tag', () => {
  it('differs for different tags and tenants', () => {
    fc.assert(
      fc.property(elements, elements, tenants, tenants, (one, other, here, there) => {
        const same = pathOf(one) === pathOf(other) && here === there;
        expect(tagGroup(encodeTag(one), here) === tagGroup(encodeTag(other), there)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never the group of a path, the root or a bucket', () => {
    fc.assert(
      fc.property(elements, elements, tenants, tenants, (path, tag, here, there) => {
        const whole = withPartition(here, pathOf(path));
        expect([...groupsOf(whole), whole, ROOT_GROUP]).not.toContain(tagGroup(encodeTag(tag), there));
      }),
    );
    expect(tagGroup('posts')).toBe('~tag:posts');
    expect(tagGroup('author:7', '~p.acme')).toBe('~p.acme:~tag:author:7');
  });

  it('is in one of 256 buckets, always the same and evenly', () => {
    const counts = new Array<number>(BUCKETS).fill(0);
    for (let tag = 0; tag < BUCKETS * 100; tag += 1) {
      const bucket = bucketOf(tagGroup(`author:${tag}`));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    expect(counts).toHaveLength(256);
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(150);
    expect(bucketOf('~tag:posts')).toBe(147);
    expect(bucketGroup(7)).toBe('~bucket:7');
  });
});

describe('a partition', () => {
  it('stands in front of everything', () => {
    expect(partitionSegment('a:b', 'test')).toBe('~p.a%3Ab');
    expect(partitionSegment(7, 'test')).toBe('~p.7');
    expect(partitionSegment(ANONYMOUS, 'test')).toBe('~p.~anon');
    expect(withPartition('~p.acme', 'a:b')).toBe('~p.acme:a:b');
    expect(withPartition('~p.acme', '')).toBe('~p.acme');
    expect(withPartition(undefined, 'a:b')).toBe('a:b');
  });

  it('keeps the paths of tenants apart', () => {
    fc.assert(
      fc.property(elements, elements, tenants, tenants, (one, other, here, there) => {
        const same = pathOf(one) === pathOf(other) && here === there;
        expect(withPartition(here, pathOf(one)) === withPartition(there, pathOf(other))).toBe(same);
      }),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'KEY_VALUE_MISSING'],
    [null, 'KEY_VALUE_MISSING'],
    ['', 'KEY_VALUE_MISSING'],
    [() => 'acme', 'KEY_VALUE_UNSUPPORTED'],
  ])('is refused when it is %p', (value, code) => {
    expect(() => partitionSegment(value, 'test')).toThrow(expect.objectContaining({ code }));
  });
});

describe('a pattern', () => {
  it.each<[string, string]>([
    ['', ''],
    ['*', ''],
    ['*:*', ''],
    ['a:b', 'a:b'],
    ['a:b:*', 'a:b'],
    ['a:**:*', 'a'],
    ['a:%2A', 'a:%2A'],
    ['~p.acme', '~p.acme'],
    ['~p.acme:*', '~p.acme'],
    ['~p.acme:a:~none', '~p.acme:a:~none'],
  ])('%j is the path %j', (pattern, path) => {
    expect(parsePattern(pattern)).toEqual({ kind: 'path', path });
  });

  it.each<[string, string]>([
    ['public:*:list', 'public'],
    ['a:b:c*:d', 'a:b'],
    ['*:list', ''],
    ['a?', ''],
    ['~p.acme:*:list', '~p.acme'],
    ['~p.acme:a:b?', '~p.acme:a'],
  ])('%j is looked for below %j', (pattern, literal) => {
    expect(parsePattern(pattern)).toMatchObject({ kind: 'glob', literal });
  });

  it('of one tenant matches nothing of another, and nothing without one', () => {
    const pattern = parsePattern(withPartition('~p.acme', '*:list'));
    const matches = (path: string): boolean => pattern.kind === 'glob' && pattern.matches(path);
    expect(matches('~p.acme:a:list:1')).toBe(true);
    expect(matches('~p.acme2:a:list:1')).toBe(false);
    expect(matches('a:list:1')).toBe(false);
  });

  it('matches only what is below its literal path', () => {
    const patterns = fc.array(fc.constantFrom('a', 'b', '*', 'a*', '?'), { minLength: 1, maxLength: 4 });
    const paths = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(patterns, paths, (segments, path) => {
        const pattern = parsePattern(segments.join(':'));
        fc.pre(pattern.kind === 'glob' && pattern.matches(path.join(':')));
        expect(groupsOf(path.join(':'))).toContain(pattern.kind === 'glob' ? groupOf(pattern.literal) : '');
      }),
    );
  });

  it.each<[string, string]>([
    ['a::*:b', 'has an empty segment'],
    ['a:b c:*', 'has a space in "b c"'],
    ['a:[b]*', 'has "[", "]" in "[b]"'],
    ['~gen:*:a', 'has "~" in "~gen"'],
    ['a:~p.acme:*:b', 'has "~" in "~p.acme"'],
    [`*:${'a'.repeat(128)}:${'b'.repeat(126)}`, 'is a pattern with wildcards of more than 256 characters'],
  ])('%j is refused', (pattern, reason) => {
    expect(reasonOf(() => parsePattern(pattern))).toBe(reason);
    expect(reasonOf(() => patternOf(pattern))).toBe(reason);
  });

  it('may be as long behind the segment of a tenant as without one', () => {
    const pattern = `*:${'a'.repeat(128)}:${'b'.repeat(125)}`;
    const tenant = partitionSegment('t'.repeat(100), 'test');
    expect(parsePattern(withPartition(tenant, pattern)).kind).toBe('glob');
  });
});

describe('the pattern that a caller names', () => {
  it('has wildcards in a string and none in an array', () => {
    expect(patternOf('public:*:list')).toBe('public:*:list');
    expect(patternOf('a:b:*')).toBe('a:b');
    expect(patternOf('*')).toBe('');
    expect(patternOf(['public', '*', 'a?'])).toBe('public:%2A:a%3F');
  });

  it('cannot reach into a tenant, and cannot be empty', () => {
    expect(reasonOf(() => patternOf('~p.acme:*:a'))).toBe('has "~" in "~p.acme"');
    expect(reasonOf(() => patternOf('~p.acme:a'))).toBe('has "~" in "~p.acme"');
    expect(reasonOf(() => patternOf(''))).toBe('has an empty segment');
  });
});
