/** Mistakes in policies, and in what is known of the keys of templates. */
const policies = { file: 'lib/operations/policies.ts', tests: 'test/unit/operations/policies.spec.ts' };
const lifetimes = { file: 'lib/operations/lifetime-plan.ts', tests: 'test/e2e/policies.spec.ts' };
const runner = { file: 'lib/operations/cached-runner.ts', tests: 'test/e2e/policies.spec.ts' };
const meeting = { file: 'lib/keys/meeting.ts', tests: 'test/unit/keys/meeting.spec.ts' };

export default [
  {
    mistake: 'a policy that an earlier one hides is accepted',
    ...policies,
    find: 'if (hiding) throw',
    replace: 'if (false) throw',
  },
  {
    mistake: 'a lifetime below its policy is accepted',
    ...policies,
    find: 'ttl >= shortest || ',
    replace: 'true || ',
    tests: 'test/e2e/policies.spec.ts',
  },
  {
    mistake: 'the lower bound of a policy holds for nothing too',
    ...policies,
    find: " || option === 'nullTtl'",
    replace: '',
    tests: 'test/e2e/policies.spec.ts',
  },
  {
    mistake: 'the lifetime of the module is not bounded',
    ...lifetimes,
    find: 'ttl === undefined ? module : { ...named, ttl }',
    replace: '{ ...named, ttl }',
  },
  {
    mistake: 'the lifetime of the module comes before that of a policy',
    ...lifetimes,
    find: 'named.ttl ?? policy?.ttl;',
    replace: 'named.ttl;',
  },
  {
    mistake: 'a key function is matched by its prefix only',
    ...lifetimes,
    find: "if (kind === 'function') {",
    replace: 'if (false) {',
  },
  {
    mistake: 'what a function of the result returns is not bounded',
    file: 'lib/operations/call-plan.ts',
    tests: 'test/e2e/policies.spec.ts',
    find: 'refuseOutside(policy, { ttl,',
    replace: 'refuseOutside(undefined, { ttl,',
  },
  {
    mistake: 'a key is made of what a policy keeps out of the cache',
    ...runner,
    find: 'isUncached(operation) || ',
    replace: '',
    only: 'with cache: false asks for no key',
  },
  {
    mistake: 'the key of what is never cached is checked',
    file: 'lib/checks/inputs.ts',
    tests: 'test/e2e/policies.spec.ts',
    find: ' || isUncached(cacheable)',
    replace: '',
    only: 'with cache: false asks for no key',
  },
  {
    mistake: 'the path of a key function is cached although its policy forbids it',
    ...runner,
    find: 'if (plan.lifetime.policy?.isUncached) return undefined;',
    replace: '',
  },
  {
    mistake: 'a value is thought never to be a literal',
    ...meeting,
    find: 'mayBeText(one, other);',
    replace: 'false;',
  },
  {
    mistake: 'templates of different lengths are thought to meet',
    ...meeting,
    find: 'if (shorter.segments.length < longer.segments.length && !shorter.isOpen) return undefined;',
    replace: '',
  },
  {
    mistake: 'a template is not compared with those that say more',
    ...meeting,
    file: 'lib/keys/beginnings.ts',
    find: 'for (const each of beginnings) append(this.#having, each, value);',
    replace: 'append(this.#having, beginnings.at(-1)!, value);',
  },
  {
    mistake: 'a template is not compared with those that say less',
    ...meeting,
    file: 'lib/keys/beginnings.ts',
    find: '...beginnings.flatMap((each) => this.#ending.get(each) ?? []), ',
    replace: '',
  },
  {
    mistake: 'what stands around two values is not compared',
    ...meeting,
    find: 'if (prefix === undefined || suffix === undefined) return false;',
    replace: '',
  },
  {
    mistake: 'a hash is thought to be any text',
    ...meeting,
    find: 'if (isHash || flawOf',
    replace: 'if (flawOf',
  },
  {
    mistake: 'a pattern with a value is thought to cover every value',
    ...meeting,
    find: "if (pattern.kind === 'value') return false;",
    replace: "if (pattern.kind === 'value') return true;",
  },
];
