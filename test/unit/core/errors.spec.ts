import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CacheErrorCode, CacheErrorDetails } from '../../../lib/core/errors.js';
import { CACHE_ERROR_CODES, CacheError, PARTITION } from '../../../lib/core/errors.js';

const where = 'PostsService.findOne';

/** The details of one error for each row of the table. */
const ROWS: { readonly [C in CacheErrorCode]: CacheErrorDetails<C> } = {
  KEY_MALFORMED: { key: 'posts:a b', reason: 'has a space in "a b"', where },
  KEY_VALUE_MISSING: { placeholder: 'dto.slug', where, reason: 'the argument does not have it' },
  KEY_VALUE_UNSUPPORTED: { placeholder: 'filter', where, found: 'a function' },
  TEMPLATE_MALFORMED: { template: 'posts:<<id', where, reason: 'opens a placeholder with "<<" and never closes it' },
  PLACEHOLDER_UNKNOWN: { placeholder: 'slug', template: 'posts:<<slug>>', where, available: ['id', '0'] },
  OPTION_UNKNOWN: { option: 'tttl', where, available: ['ttl', 'tags'] },
  OPTION_INVALID: { option: 'tags', where, found: 'the string "posts"', expected: 'an array of templates' },
  DURATION_INVALID: { option: 'ttl', where, found: 'the bare number 600' },
  TTL_OUT_OF_POLICY: {
    option: 'ttl',
    where,
    found: "'10m' in the decorator",
    policy: 'public:*:list',
    shortest: '30s',
    longest: '2m',
  },
  CONTEXT_MISSING: { placeholder: '@user.id', where },
  IDENTITY_MISSING: { where, found: 'an object' },
  VALUE_NOT_SERIALIZABLE: { path: '$.author', found: 'an instance of User', remedy: 'Return plain data.', where },
  METHOD_NOT_ASYNC: { where, found: 'the number 5' },
  METHOD_NOT_CACHEABLE: { where, reason: 'with @Res() it answers by itself', remedy: 'Return the value.' },
  MANY_MISMATCH: { where, reason: 'returned an array instead of a Map by id', remedy: 'Return a Map' },
  LOADER_RECURSION: { key: 'posts:1', where },
  STORE_UNKNOWN: { store: 'sesion', where, available: ['default'] },
  STORE_UNAVAILABLE: { store: 'default', operation: 'read', reason: 'it did not answer within 250ms' },
  STORE_CLIENT_REFUSED: { reason: 'it has the keyPrefix "shop:"', remedy: 'Leave it out of the client.' },
  PACKAGE_MISSING: { package: 'ioredis', usedBy: 'redisStore()' },
  LOCK_NOT_ACQUIRED: { name: 'rebuild', wait: '5s' },
  LOCK_LOST: { name: 'rebuild' },
  KEY_CLASH: {
    where,
    template: 'posts:<<slug>>',
    other: 'PostsService.list',
    otherTemplate: 'posts:list',
    when: '<<slug>> is "list"',
    remedy: 'Give each a path of its own',
  },
  PATTERN_UNMATCHED: { where, kind: 'pattern', pattern: 'post:<<id>>', nearest: 'posts:<<id>>' },
  PATTERN_TOO_WIDE: { where, pattern: 'posts', reason: 'drops all of them', remedy: 'Write "posts:<<id>>"' },
  CACHE_UNSOUND: { problems: [{ code: 'NEVER_INVALIDATED', message: 'One is wrong.' }], unused: ['PostsService.list'] },
  NEVER_INVALIDATED: { where, template: 'posts:<<id>>', ttl: '1h', path: 'posts' },
  KEY_INCOMPLETE: {
    where: 'A.b',
    key: 'public:a',
    missing: ['argument page'],
    names: ['page'],
    suggestion: { key: 'public:a:<<page>>' },
  },
  KEY_IMPERSONAL: {
    where: 'A.b',
    key: 'a',
    guards: ['AuthGuard'],
    scopes: ['public'],
    suggestion: { key: 'a:<<user_id>>' },
  },
  KEY_PUBLISHED: { where: 'A.b', key: 'a:<<user_id>>', control: 'max-age=60' },
  QUERY_UNBOUNDED: { where: 'A.b', input: '@Query() query' },
  START_UP_REFUSED: { problems: [{ code: 'OPTION_UNKNOWN', message: 'One is wrong.' }], warnings: [] },
};

function textOf<C extends CacheErrorCode>(code: C, details: CacheErrorDetails<C> = ROWS[code]): string {
  return new CacheError(code, details).message;
}

/** Every text in the details, however deep. */
function textsIn(details: unknown): string[] {
  if (typeof details === 'string') return [details];
  return Object.values(details as object).flatMap(textsIn);
}

describe('an error', () => {
  it.each([...CACHE_ERROR_CODES])('says all that it knows, in whole sentences: %s', (code) => {
    const text = textOf(code);
    for (const detail of textsIn(ROWS[code])) expect(text).toContain(detail);
    expect(text).toMatch(code === 'PACKAGE_MISSING' ? /Run: npm install ioredis$/ : /^\S.*[.)]$/s);
    expect(text).not.toMatch(/undefined|\[object|\.\.|\S {2}/);
  });

  it('leaves out what is not known', () => {
    expect(textOf('KEY_MALFORMED', { key: '', reason: 'is an empty array' })).toMatch(
      /^The cache key is an empty array\./,
    );
    expect(textOf('LOADER_RECURSION', { key: 'posts:1' })).toMatch(/^The loader of the key "posts:1" /);
    expect(textOf('LOCK_NOT_ACQUIRED', { name: 'rebuild' })).toMatch(/^The lock "rebuild" is held by somebody else\. /);
    expect(textOf('VALUE_NOT_SERIALIZABLE', { path: '$', found: 'a symbol', remedy: 'Return data only.' })).toBe(
      '$ is a symbol. Return data only.',
    );
    expect(textOf('STORE_UNKNOWN', { store: 'sesion', where, available: [] })).toMatch(/one of: none\.$/);
  });

  it('offers no default for the partition, which is in no template', () => {
    const texts = [
      textOf('KEY_VALUE_MISSING', { placeholder: PARTITION, where, reason: 'it is empty' }),
      textOf('KEY_VALUE_UNSUPPORTED', { placeholder: PARTITION, where, found: 'a function' }),
      textOf('CONTEXT_MISSING', { placeholder: PARTITION, where }),
    ];
    for (const text of texts) {
      expect(text).toContain(`${where}: the partition `);
      expect(text).not.toContain('<<');
    }
  });

  it('says that an invalidation waits only where one failed', () => {
    const details = ROWS.STORE_UNAVAILABLE;
    expect(textOf('STORE_UNAVAILABLE', details)).not.toContain('invalidate');
    expect(textOf('STORE_UNAVAILABLE', { ...details, operation: 'invalidate' })).toContain('the invalidation waits');
  });

  it('is known by its code, also to another copy of nestash', () => {
    const error = new CacheError('LOCK_LOST', { name: 'rebuild' }, { cause: 'a cause' });
    expect(error).toMatchObject({
      name: 'CacheError',
      code: 'LOCK_LOST',
      details: { name: 'rebuild' },
      cause: 'a cause',
    });
    const foreign = { code: 'LOCK_LOST', [Symbol.for('nestash.CacheError')]: true };
    for (const known of [error, foreign]) {
      expect([CacheError.is(known), CacheError.is(known, 'LOCK_LOST')]).toEqual([true, true]);
      expect(CacheError.is(known, 'LOCK_NOT_ACQUIRED')).toBe(false);
    }
    for (const other of [new Error('LOCK_LOST'), { code: 'LOCK_LOST' }, null, 'LOCK_LOST']) {
      expect(CacheError.is(other)).toBe(false);
    }
  });
});

describe('the table of errors in the README', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const section = /^## Errors\n(.*?)^## /ms.exec(readme)?.[1] ?? '';
  const rows = section
    .split('\n')
    .flatMap((line) => /^\| `([A-Z_]+)` +\| (\S.*) \| (\S.*) \|$/.exec(line)?.slice(1) ?? []);
  const codes = rows.filter((_, index) => index % 3 === 0);

  it('has every code once, and no other', () => {
    expect([...codes].sort()).toEqual([...CACHE_ERROR_CODES].sort());
  });
});
