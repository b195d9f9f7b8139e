import fc from 'fast-check';
import { covers, matchesSegment, type Characters } from '../../../lib/keys/glob.js';

/** The obvious matcher, which tries every length for every `*`. */
function matchesSlowly(pattern: readonly string[], text: readonly string[]): boolean {
  const [wanted, ...pattern_] = pattern;
  if (wanted === undefined) return text.length === 0;
  if (wanted === '*')
    return text.some((_, at) => matchesSlowly(pattern_, text.slice(at))) || matchesSlowly(pattern_, []);
  const [found, ...text_] = text;
  return found !== undefined && (wanted === '?' || wanted === found) && matchesSlowly(pattern_, text_);
}

function coversSlowly(pattern: string, path: string): boolean {
  const segments = path.split(':');
  return pattern.split(':').every((wanted, at) => {
    const found = segments[at];
    if (found === undefined || (wanted === '*' && found === '')) return false;
    return matchesSlowly([...wanted], [...found]);
  });
}

/** A text that counts how often it is read. */
class CountedText implements Characters {
  reads = 0;

  constructor(private readonly text: string) {}

  get length(): number {
    return this.text.length;
  }

  charCodeAt(index: number): number {
    this.reads += 1;
    return this.text.charCodeAt(index);
  }
}

function readsFor(pattern: string, text: string): number {
  const counted = new CountedText(text);
  matchesSegment(pattern, counted);
  return counted.reads;
}

describe('a pattern segment', () => {
  it.each<[string, string, boolean]>([
    ['a', 'a', true],
    ['a', 'ab', false],
    ['ab', 'a', false],
    ['*', 'anything', true],
    ['*', '', false],
    ['a*', 'a', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbcd', false],
    ['*b*b', 'abab', true],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a?', 'a', false],
    ['a?c', 'a😀c', true],
    ['?b?', '😀b😀', true],
    ['a*', 'a%2A', true],
    ['a[b]', 'ab', false],
    ['.', 'a', false],
  ])('%s and %s', (pattern, text, expected) => {
    expect(matchesSegment(pattern, text)).toBe(expected);
  });

  it('matches what the obvious matcher matches', () => {
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '😀'), minLength: 1, maxLength: 8 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(matchesSegment(pattern, text)).toBe(matchesSlowly([...pattern], [...text]));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each<[string, string]>([
    ['many asterisks', `${'a*'.repeat(127)}b`],
    ['a long text behind an asterisk', `*${'a'.repeat(254)}b`],
    ['question marks between asterisks', `${'*?'.repeat(127)}b`],
    ['asterisks and texts in turn', `${'*aaa'.repeat(63)}b`],
  ])('reads a long text in proportion to its length: %s', (_, pattern) => {
    const short = readsFor(pattern, 'a'.repeat(5_000));
    const long = readsFor(pattern, 'a'.repeat(10_000));
    expect(long).toBeLessThanOrEqual(2 * pattern.length * 10_000);
    expect(long).toBeLessThan(2.2 * short);
  });
});

describe('a pattern of several segments', () => {
  it.each<[string, string, boolean]>([
    ['public:*:list', 'public:blog:list', true],
    ['public:*:list', 'public:blog:list:7:x', true],
    ['public:*:list', 'public:blog:detail', false],
    ['public:*:list', 'public:blog:lists', false],
    ['public:*:list', 'public:a:b:list', false],
    ['public:*:list', 'public:list', false],
    ['*:list', 'public:list:1', true],
    ['a*:c', 'ab:c', true],
    ['a*c', 'ab:c', false],
    ['a?b', 'a:b', false],
    ['a:*:c', 'a::c', false],
    ['a:b', 'a', false],
  ])('%s and %s', (pattern, path, expected) => {
    expect(covers(pattern.split(':'), path)).toBe(expected);
  });

  it('covers what the obvious matcher covers', () => {
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), minLength: 1, maxLength: 8 });
    const paths = fc.string({ unit: fc.constantFrom('a', 'b', ':'), minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(patterns, paths, (pattern, path) => {
        expect(covers(pattern.split(':'), path)).toBe(coversSlowly(pattern, path));
      }),
      { numRuns: 5_000 },
    );
  });
});
