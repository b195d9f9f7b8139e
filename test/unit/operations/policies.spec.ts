import { CacheError, CacheModule, ttlMatrix } from '../../../lib/index.js';
import type { CachePolicy } from '../../../lib/index.js';
import { shapeOf } from '../../../lib/keys/shape.js';
import { parseTemplate } from '../../../lib/keys/template.js';
import { checkedPolicies, policyOfPath, policyOfShape } from '../../../lib/operations/policies.js';

/** What `forRoot` says about policies, as JavaScript would pass them. */
function refusalOf(...policies: object[]): string {
  try {
    CacheModule.forRoot({ policies: policies as never });
    return 'accepted';
  } catch (error) {
    return CacheError.is(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

function matchOf(template: string, policies: readonly CachePolicy[] = ttlMatrix): string | undefined {
  const shape = shapeOf(parseTemplate(template, { where: 'Posts.find' }), () => 'any');
  return policyOfShape(checkedPolicies(policies), shape)?.match;
}

describe('policies', () => {
  it.each([
    [[{ match: 'a', tll: '5m' }], /^OPTION_UNKNOWN: .*policies\[0\].*"tll".*"ttl"/],
    [[{ match: 'a', ttl: 60 }], /^DURATION_INVALID: .*policies\[0\].*the bare number 60/],
    [[{ match: 'a', between: [30, 60] }], /^DURATION_INVALID: .*"between" is the bare number 30/],
    [[{ match: 'a', between: ['30s'] }], /^OPTION_INVALID: .*"between" is an array/],
    [[{ match: 'a', between: ['2m', '30s'] }], /^OPTION_INVALID: .*\['2m', '30s'\].*the shorter lifetime first/],
    [[{ match: 'a', ttl: '5m', between: ['30s', '2m'] }], /^TTL_OUT_OF_POLICY: .*'5m'.*'30s' to '2m'/],
    [[{ match: 'a', cache: false, ttl: '5m' }], /^OPTION_INVALID: .*"cache".*left out where "ttl"/],
    [[{ match: 'a', cache: false, between: ['1s', '5m'] }], /^OPTION_INVALID: .*"cache"/],
    [[{ match: 'a', cache: true }], /^OPTION_INVALID: .*"cache" is the boolean true/],
    [[{ match: 'a' }], /^OPTION_INVALID: .*has to say something/],
    [[{ ttl: '5m' }], /^OPTION_INVALID: .*"match" is missing/],
    [[{ match: 'a:<<id>>', ttl: '5m' }], /^OPTION_INVALID: .*"match".*without placeholders/],
    [[{ match: 'a::b', ttl: '5m' }], /^TEMPLATE_MALFORMED: .*policies\[0\].*empty segment/],
    [['a'], /^OPTION_INVALID: .*policies\[0\].*an object with some of match/],
  ])('are refused when they cannot mean anything: %j', (policies, expected) => {
    expect(refusalOf(...(policies as object[]))).toMatch(expected);
  });

  it('are refused where there is no list of them', () => {
    expect(() => CacheModule.forRoot({ policies: { match: 'a', ttl: '5m' } as never })).toThrow(/"policies"/);
  });

  it.each([
    ['admin', 'admin:*:list'],
    ['admin', 'admin'],
    ['*', 'admin'],
    ['public:*:list', 'public:blog:list:all'],
    ['b*', 'blog:list'],
  ])('are refused where an earlier one covers them entirely: %s hides %s', (first, second) => {
    expect(refusalOf({ match: first, ttl: '5m' }, { match: second, ttl: '5m' })).toMatch(
      new RegExp(`^OPTION_INVALID: .*policies\\[1\\].*"${second.replaceAll('*', '\\*')}".*the earlier policy`),
    );
  });

  it.each([
    ['admin:*:list', 'admin'],
    ['public:blog', 'public:*:list'],
    ['public:*:list', 'public:blog'],
    ['b?', 'b*'],
  ])('stand together where the later one still matches something: %s and %s', (first, second) => {
    expect(refusalOf({ match: first, ttl: '5m' }, { match: second, ttl: '5m' })).toBe('accepted');
  });

  it('of the matrix are sound, and cannot be changed by one application for another', () => {
    expect(refusalOf(...ttlMatrix)).toBe('accepted');
    expect(Object.isFrozen(ttlMatrix)).toBe(true);
  });

  it.each([
    ['public:blog:list', 'public:*:list'],
    ['public:blog:list:<<query>>', 'public:*:list'],
    ['public:<<resource>>:list', 'public:*:list'],
    ['public:blog:detail:<<id>>', 'public:*:detail'],
    ['public:taxonomy:tree', 'public:taxonomy'],
    ['public:taxonomy:list', 'public:*:list'],
    ['admin:posts:list', 'admin:*:list'],
    ['admin:posts:<<id>>', 'admin'],
    ['admin', 'admin'],
    ['administration', undefined],
    ['public:blog:<<kind>>', undefined],
    ['<<scope>>:posts', undefined],
    ['public', undefined],
  ])('match a template by its segments, the first one first: %s', (template, expected) => {
    expect(matchOf(template)).toBe(expected);
  });

  it('match the path that a key function made', () => {
    const policies = checkedPolicies(ttlMatrix);
    expect(policyOfPath(policies, 'public:blog:list:2')?.match).toBe('public:*:list');
    expect(policyOfPath(policies, 'public:blog:~none')).toBeUndefined();
  });
});
