import { CacheError } from '../../../lib/core/errors.js';
import { parseTemplate, placeholdersOf, type Template } from '../../../lib/keys/template.js';

const where = 'PostsController.findOne';

function placeholder(text: string): unknown {
  return placeholdersOf(parseTemplate(`a:${text}`, { where }))[0];
}

function reasonOf(text: string, pattern = false): string | undefined {
  try {
    parseTemplate(text, { where, pattern });
    return undefined;
  } catch (error) {
    return CacheError.is(error, 'TEMPLATE_MALFORMED') ? error.details.reason : String(error);
  }
}

function shape({ segments }: Template): string[] {
  return segments.map((segment) =>
    segment.kind === 'placeholder'
      ? `${segment.prefix}(${segment.placeholder.text})${segment.suffix}`
      : `${segment.kind} ${segment.text}`,
  );
}

describe('a template', () => {
  it('is divided into its segments', () => {
    expect(shape(parseTemplate('public:blog:post-<<id>>.json:{{lang}}', { where }))).toEqual([
      'literal public',
      'literal blog',
      'post-(id).json',
      '(lang)',
    ]);
  });

  it('keeps its text and its place', () => {
    expect(parseTemplate('a:<<id>>', { where })).toMatchObject({ text: 'a:<<id>>', where });
  });

  it('may have literals that are percent-encoded', () => {
    expect(shape(parseTemplate('a%20b:é:%2A', { where, pattern: true }))).toEqual([
      'literal a%20b',
      'literal é',
      'literal %2A',
    ]);
  });

  it('names the place and shows the template when it is malformed', () => {
    expect(() => parseTemplate('a:<<id', { where })).toThrow(
      'PostsController.findOne: the template "a:<<id" opens a placeholder with "<<" and never closes it.',
    );
  });

  it.each<[string, string]>([
    ['', 'is empty'],
    [':a', 'has an empty segment; it may neither begin nor end with ":", nor have two in a row'],
    ['a:', 'has an empty segment; it may neither begin nor end with ":", nor have two in a row'],
    ['a::b', 'has an empty segment; it may neither begin nor end with ":", nor have two in a row'],
    ['a:{{id', 'opens a placeholder with "{{" and never closes it'],
    ['a:<<id}}', 'opens a placeholder with "<<" and never closes it'],
    ['a:<<>>', 'has a placeholder without a name'],
    ['a:<< >>', 'has a placeholder without a name'],
    ['a:<<|1>>', 'has a placeholder without a name'],
    ['a:<<@>>', 'has a placeholder without a name'],
    ['a:<<a..b>>', 'has the placeholder "a..b", which is no name with steps such as "dto.slug" or "@user.id"'],
    ['a:<<a b>>', 'has the placeholder "a b", which is no name with steps such as "dto.slug" or "@user.id"'],
    ['a:<<a:b>>', 'has the placeholder "a:b", which is no name with steps such as "dto.slug" or "@user.id"'],
    ['a:<<<<id>>', 'has the placeholder "<<id", which is no name with steps such as "dto.slug" or "@user.id"'],
    ['a:<<id>>-<<no>>', 'has two placeholders in one segment, <<id>> and <<no>>; put a ":" between them'],
    ['a:b c', 'has a space in "b c"; a literal may have such characters only percent-encoded'],
    ['a:b[c]\\', 'has "[", "]", "\\" in "b[c]\\\\"; a literal may have such characters only percent-encoded'],
    ['a:~b', 'has "~" in "~b"; a literal may have such characters only percent-encoded'],
    ['a:~none', 'has "~" in "~none"; a literal may have such characters only percent-encoded'],
    ['a:<<id>>>', 'has ">" in ">"; a literal may have such characters only percent-encoded'],
    [
      'a:%41',
      'has a "%" in "%41" that does not begin the encoding of a character, such as "%3A"; a literal may have such characters only percent-encoded',
    ],
    ['a:*', 'has a wildcard, which only patterns of invalidations may have'],
    ['a:b?', 'has a wildcard, which only patterns of invalidations may have'],
    [`a:${'b'.repeat(129)}`, 'has a literal of more than 128 characters'],
    [new Array(33).fill('a').join(':'), 'has more than 32 segments'],
    [new Array(20).fill('a'.repeat(60)).join(':'), 'is longer than 1024 characters'],
  ])('is refused when it is %j', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });
});

describe('a placeholder', () => {
  it.each<[string, object]>([
    ['<<id>>', { text: 'id', root: 'argument', name: 'id', path: [] }],
    ['{{ id }}', { text: 'id', root: 'argument', name: 'id', path: [] }],
    ['<<dto.author.slug>>', { text: 'dto.author.slug', root: 'argument', name: 'dto', path: ['author', 'slug'] }],
    ['<<0>>', { text: '0', root: 'argument', name: '0', path: [] }],
    ['<<0.slug>>', { text: '0.slug', root: 'argument', name: '0', path: ['slug'] }],
    ['<<query>>', { text: 'query', root: 'argument', name: 'query', path: [] }],
    ['<<result.id>>', { text: 'result.id', root: 'result', name: 'result', path: ['id'] }],
    ['<<results>>', { text: 'results', root: 'argument', name: 'results', path: [] }],
    ['<<@user.id>>', { text: '@user.id', root: 'context', name: 'user', path: ['id'] }],
    ['<<user_id>>', { text: 'user_id', root: 'context', name: 'user', path: ['id'] }],
    [
      '<<@headers.accept-language>>',
      { text: '@headers.accept-language', root: 'context', name: 'headers', path: ['accept-language'] },
    ],
    ['<<@host>>', { text: '@host', root: 'context', name: 'host', path: [] }],
    ['<<__proto__.x>>', { text: '__proto__.x', root: 'argument', name: '__proto__', path: ['x'] }],
    ['<<page|1>>', { text: 'page', root: 'argument', name: 'page', path: [], fallback: '1' }],
    ['{{ page | a:b|c }}', { text: 'page', root: 'argument', name: 'page', path: [], fallback: 'a:b|c' }],
    ['<<page|>>', { text: 'page', root: 'argument', name: 'page', path: [], fallback: '' }],
  ])('%s is read', (text, expected) => {
    expect(placeholder(text)).toEqual(expected);
  });
});

describe('a pattern', () => {
  it('may have wildcards as segments and within them', () => {
    expect(shape(parseTemplate('public:*:li?t-*:<<id>>', { where, pattern: true }))).toEqual([
      'literal public',
      'wildcard *',
      'wildcard li?t-*',
      '(id)',
    ]);
  });

  it.each([
    ['a:b:*', 'a:b'],
    ['a:b:**', 'a:b'],
    ['a:*:*', 'a'],
  ])('%s means %s', (longer, shorter) => {
    expect(shape(parseTemplate(longer, { where, pattern: true }))).toEqual(
      shape(parseTemplate(shorter, { where, pattern: true })),
    );
  });

  it('means everything when it is one asterisk', () => {
    expect(parseTemplate('*', { where, pattern: true }).segments).toEqual([]);
  });

  it.each<[string, string]>([
    ['a:*-<<id>>', 'has a wildcard and <<id>> in one segment'],
    ['a:[*]', 'has "[", "]" in "[]"; a literal may have such characters only percent-encoded'],
    [`a:*:${'b:'.repeat(126)}b`, 'has more than 32 segments'],
    [`a*:${'b'.repeat(126)}:${'c'.repeat(127)}`, 'is a pattern with wildcards of more than 256 characters'],
  ])('is refused when it is %j', (text, reason) => {
    expect(reasonOf(text, true)).toBe(reason);
  });

  it('may be longer when its only wildcard is the last segment', () => {
    expect(reasonOf(`${'b'.repeat(128)}:${'c'.repeat(127)}:*`, true)).toBeUndefined();
  });
});
