/** Mistakes about a store that fails. */
const guarded = 'test/unit/stores/guarded-store.spec.ts';
const breaker = 'test/unit/resilience/circuit-breaker.spec.ts';

export default [
  {
    mistake: 'an invalidation that was not confirmed is not queued',
    file: 'lib/stores/guarded.store.ts',
    find: '      this.#undelivered.add(invalidation);\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a store is read although an invalidation waits for it',
    file: 'lib/stores/guarded.store.ts',
    find: '      this.#breaker.open(error);\n      if (!(',
    replace: '      if (!(',
    tests: guarded,
  },
  {
    mistake: 'a store counts as working again because it can be read, while an invalidation waits',
    file: 'lib/stores/guarded.store.ts',
    find: '    if (this.#undelivered.isEmpty) await this.inner.read(PROBE);\n    else await this.#deliver();',
    replace: '    await this.inner.read(PROBE);',
    tests: guarded,
  },
  {
    mistake: 'what is added to the queue while it is delivered is forgotten',
    file: 'lib/stores/undelivered.ts',
    find: `    this.#plain = nothing();
    this.#closing = nothing();
    this.#isSending = true;
    try {
      for (const invalidation of invalidations) await send(invalidation);`,
    replace: `    this.#isSending = true;
    try {
      for (const invalidation of invalidations) await send(invalidation);
      this.#plain = nothing();
      this.#closing = nothing();`,
    tests: guarded,
  },
  {
    mistake: 'invalidations that could not be delivered leave the queue',
    file: 'lib/stores/undelivered.ts',
    find: '      for (const invalidation of invalidations) this.add(invalidation);\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a pattern that waits is forgotten',
    file: 'lib/stores/undelivered.ts',
    find: '    for (const { literal } of globs) waiting.groups.add(groupOf(literal));\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a queue that is too long drops what is in it',
    file: 'lib/stores/undelivered.ts',
    find: 'this.add({ groups: [ROOT_GROUP], paths: [], globs: [], settle });',
    replace: 'this.add({ groups: [], paths: [], globs: [], settle });',
    tests: guarded,
  },
  {
    mistake: 'an application ends without a last attempt to deliver',
    file: 'lib/stores/guarded.store.ts',
    find: '      if (!this.#undelivered.isEmpty) await this.#deliver();\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'an application ends while a delivery is under way',
    file: 'lib/resilience/circuit-breaker.ts',
    find: '    await this.#probing;\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a breaker closes although something failed during its probe',
    file: 'lib/resilience/circuit-breaker.ts',
    find: '} while (probing.isOpenedAgain);',
    replace: '} while (false);',
    tests: breaker,
  },
  {
    mistake: 'successes do not end a row of failures',
    file: 'lib/resilience/circuit-breaker.ts',
    find: "this.#state.failures > 0) this.#state = { kind: 'closed', failures: 0 };",
    replace: 'this.#state.failures > 0) return;',
    tests: breaker,
  },
  {
    mistake: 'a store that failed is never probed again',
    file: 'lib/resilience/circuit-breaker.ts',
    find: "      this.#state = { kind: 'open', outage };\n      this.#probeLater(outage);\n    }\n  }\n}",
    replace: "      this.#state = { kind: 'open', outage };\n    }\n  }\n}",
    tests: breaker,
  },
  {
    mistake: 'what begins an outage fails although it was over at once',
    file: 'lib/stores/guarded.store.ts',
    find: 'if (!(await this.#endsSoon(asked))) throw error;',
    replace: 'throw error;',
    tests: guarded,
  },
  {
    mistake: 'invalidations are not sent to a server that hangs',
    file: 'lib/stores/guarded.store.ts',
    find: ': send();\n    void',
    replace: ': new Promise<never>(() => {});\n    void',
    tests: guarded,
  },
  {
    mistake: 'during an outage nobody waits for what a store confirms',
    file: 'lib/stores/guarded.store.ts',
    find: 'await (outage ? this.#answered(send, operation, outage) : send());',
    replace:
      'const sent = send();\n      if (outage) {\n        sent.catch(() => undefined);\n        throw this.#resting(operation, outage);\n      }\n      await sent;',
    tests: guarded,
  },
  {
    mistake: 'a store that hangs is sent ever more invalidations',
    file: 'lib/stores/guarded.store.ts',
    find: 'if (this.#unanswered >= MOST_UNANSWERED) throw this.#resting(operation, outage);',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'what is sent last does not cover what is not sent',
    file: 'lib/stores/guarded.store.ts',
    find: '++this.#unanswered === MOST_UNANSWERED ? this.inner.invalidate(EVERYTHING) : send();',
    replace: '(this.#unanswered++, send());',
    tests: guarded,
  },
  {
    mistake: 'invalidations that are refused at once count as sent',
    file: 'lib/stores/guarded.store.ts',
    find: 'this.#unanswered > 0 && this.#unanswered--,',
    replace: 'undefined,',
    tests: guarded,
  },
  {
    mistake: 'an invalidation counts as confirmed while an earlier one waits',
    file: 'lib/stores/guarded.store.ts',
    find: '!outage || this.#undelivered.isDelivered || ',
    replace: "!outage || outage.error !== '' || ",
    tests: guarded,
  },
  {
    mistake: 'an invalidation counts as confirmed while an earlier one is on its way',
    file: 'lib/stores/undelivered.ts',
    find: 'this.isEmpty && !this.#isSending',
    replace: 'this.isEmpty',
    tests: guarded,
  },
  {
    mistake: 'a store that answers again is probed no sooner',
    file: 'lib/stores/guarded.store.ts',
    find: '    this.#breaker.hurry();\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'while a part fails only the first write waits for it',
    file: 'lib/stores/guarded.store.ts',
    find: '(isPartly ? asked : since)',
    replace: '(isPartly ? since : since)',
    tests: guarded,
  },
  {
    mistake: 'every answer puts the next probe off',
    file: 'lib/resilience/circuit-breaker.ts',
    find: ' || this.#isHurried) return;',
    replace: ') return;',
    tests: breaker,
  },
  {
    mistake: 'a store that takes nothing new is not read either',
    file: 'lib/stores/guarded.store.ts',
    find: "operation === 'read' && ",
    replace: '',
    tests: guarded,
  },
];
