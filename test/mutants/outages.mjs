/** Mistakes about a store that fails. */
const guarded = 'test/unit/stores/guarded-store.spec.ts';
const breaker = 'test/unit/resilience/circuit-breaker.spec.ts';
const absence = 'test/unit/stores/redis-absence.spec.ts';

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
    find: '      return this.#probeLater(outage);\n    }\n    this.#worked',
    replace: '      return;\n    }\n    this.#worked',
    tests: breaker,
  },
  {
    mistake: 'what begins an outage fails although it was over at once',
    file: 'lib/stores/guarded.store.ts',
    find: 'if (!(await this.#isDeliveredSoon(asked))) throw error;',
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
    mistake: 'while a part fails only the first write waits for it',
    file: 'lib/stores/outage-times.ts',
    find: '(isPartly(outage) ? asked : outage.failingSince)',
    replace: 'outage.failingSince',
    tests: guarded,
  },
  {
    mistake: 'a store is read as soon as this process is connected again, before others are',
    file: 'lib/stores/guarded.store.ts',
    find: '      recovery: recoveryAfter,\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a connection that was lost for a moment costs as much as an outage',
    file: 'lib/stores/outage-times.ts',
    find: ' || length <= BLIP',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'after a part of a store failed all of it is left alone for longer',
    file: 'lib/stores/outage-times.ts',
    find: 'isPartly(outage) || length',
    replace: 'length',
    tests: guarded,
  },
  {
    mistake: 'an outage that nobody noticed is none',
    file: 'lib/stores/guarded.store.ts',
    find: '    if (absence > BLIP) ',
    replace: '    if (false) ',
    tests: guarded,
  },
  {
    mistake: 'what waits is not delivered before the next probe would come anyhow',
    file: 'lib/stores/guarded.store.ts',
    find: '    this.#breaker.probeNow();\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a store counts as working all the time although it failed again',
    file: 'lib/resilience/circuit-breaker.ts',
    find: '    outage.worksSince = undefined;\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a write does not wait when a store fails again before it is read',
    file: 'lib/resilience/circuit-breaker.ts',
    find: '    outage.failingSince = this.options.clock.monotonic();\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'a store that works is given no time to answer an invalidation',
    file: 'lib/stores/guarded.store.ts',
    find: '    if (outage.worksSince !== undefined) return sent;\n',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'whoever wrote hears that it was delivered although that failed',
    file: 'lib/stores/undelivered.ts',
    find: '      if (this.isEmpty) this.#tell();',
    replace: '      this.#tell();',
    tests: guarded,
  },
  {
    mistake: 'the time that a connection was away counts from the last attempt',
    file: 'lib/stores/redis-absence.ts',
    find: 'this.#since ??= this',
    replace: 'this.#since = this',
    tests: absence,
  },
  {
    mistake: 'the first connection counts as one that came back',
    file: 'lib/stores/redis-absence.ts',
    find: '    if (this.#since === undefined) return;\n    const absence = this.clock.monotonic() - this.#since;',
    replace: '    const absence = this.clock.monotonic() - (this.#since ?? 0);',
    tests: absence,
  },
  {
    mistake: 'a store that takes nothing new is not read either',
    file: 'lib/stores/guarded.store.ts',
    find: "operation === 'read' && ",
    replace: '',
    tests: guarded,
  },
];
