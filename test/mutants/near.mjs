/** Mistakes with copies: serving what was not asked for, or not heard of. */
const near = 'test/unit/stores/near.store.spec.ts';
const store = { file: 'lib/stores/near.store.ts', tests: near };
const watch = { file: 'lib/stores/near-watch.ts', tests: near };
const reads = { file: 'lib/stores/redis-reads.ts', tests: 'test/unit/stores/redis-validation.spec.ts' };
const heads = { file: 'lib/stores/redis-heads.ts', tests: reads.tests };
const announcer = { file: 'lib/stores/redis-announcer.ts', tests: 'test/unit/stores/redis-announcer.spec.ts' };
const announcements = { ...announcer, file: 'lib/stores/redis-announcements.ts' };
const changeScripts = { file: 'lib/stores/redis-change-scripts.ts' };
const eventual = 'test/integration/stores/near-eventual.spec.ts';

export default [
  {
    mistake: 'what something is built from may be behind',
    ...store,
    find: 'address.isDependedOn || ',
    replace: '',
    only: 'asks for what a load reads',
  },
  {
    mistake: 'what is dead is kept',
    ...store,
    find: ' || !isAlive(snapshot.entry.header, [], snapshot.generations)',
    replace: '',
    only: 'keeps nothing that is dead',
  },
  {
    mistake: 'a copy is not replaced by what another fill wrote',
    ...store,
    find: 'copy?.entry.header.token === header.token',
    replace: 'copy',
    only: 'hands out the very same entry',
  },
  {
    mistake: 'every read makes another copy',
    ...store,
    find: 'copy?.entry.header.token === header.token',
    replace: 'copy === null',
    only: 'reads a small entry as a whole, and hands out the copy',
  },
  {
    mistake: 'a value counts as seen when its reply comes',
    ...store,
    find: 'this.#copies.set(path, { entry, sighting });',
    replace: 'this.#copies.set(path, { entry, sighting: this.#watch?.sighting() ?? sighting });',
    only: 'between its read and its reply',
  },
  {
    mistake: 'a fill of its own is no change',
    ...store,
    find: 'paths: [path], globs: [] }, () => this.far.fill(request)',
    replace: 'paths: [], globs: [] }, () => this.far.fill(request)',
    only: 'asks after a fill of its own',
  },
  {
    mistake: 'copies are served because the connection seems to be up',
    ...watch,
    find: 'now - this.announcer.completeUntil > STALENESS_BOUND || ',
    replace: '',
    only: 'asks when it may have missed something',
  },
  {
    mistake: 'copies are trusted for ever',
    ...watch,
    find: ' || now - sighting.at > LONGEST_TRUST',
    replace: '',
    only: 'asks once in a while',
  },
  {
    mistake: 'copies outlive their entries',
    ...watch,
    find: 'this.clock.now() >= header.expiresAt + header.staleFor || ',
    replace: '',
    only: 'asks when the lifetime is over',
  },
  {
    mistake: 'announcements of any server will do',
    ...watch,
    find: ' || !this.announcer.isAbout(header)',
    replace: '',
    only: 'asks for what comes from another server',
  },
  {
    mistake: 'an announcement of the entry itself is ignored',
    ...watch,
    find: 'if (this.changes.hasChanged(path, moment)) return false;',
    replace: '',
    only: 'asks when the entry or a group of it was announced',
  },
  {
    mistake: 'an announcement of a group is ignored',
    ...watch,
    find: 'for (const group of header.groups.keys()) if (this.changes.hasChanged(group, moment)) return false;',
    replace: '',
    only: 'asks when the entry or a group of it was announced',
  },
  {
    mistake: 'an own invalidation counts before it is sent, not after its reply',
    ...watch,
    find: `    try {
      return await work();
    } finally {
      if (change.globs.length > 0) this.changes.noteEverything();
      else this.changes.note([...change.groups, ...change.paths, ...change.paths.map(entryGroup)]);
    }`,
    replace: `    if (change.globs.length > 0) this.changes.noteEverything();
    else this.changes.note([...change.groups, ...change.paths, ...change.paths.map(entryGroup)]);
    return work();`,
    only: 'which was carried out after the read',
  },
  {
    mistake: 'an own invalidation that failed counts for nothing',
    ...watch,
    find: `    try {
      return await work();
    } finally {
      if (change.globs.length > 0) this.changes.noteEverything();
      else this.changes.note([...change.groups, ...change.paths, ...change.paths.map(entryGroup)]);
    }`,
    replace: `    const done = await work();
    if (change.globs.length > 0) this.changes.noteEverything();
    else this.changes.note([...change.groups, ...change.paths, ...change.paths.map(entryGroup)]);
    return done;`,
    only: 'that was not confirmed',
  },
  {
    mistake: 'what was built from an entry does not change with it',
    ...watch,
    find: ', ...change.paths.map(entryGroup)]',
    replace: ']',
    only: 'for what was built from the entry, too',
  },
  {
    mistake: 'what an own glob deleted is unchanged',
    ...watch,
    find: 'if (change.globs.length > 0) this.changes.noteEverything();\n      else this',
    replace: 'this',
    only: 'of a glob, which was carried out after the read',
  },
  {
    mistake: 'what is forgotten of the changes counts as unchanged',
    file: 'lib/stores/near-changes.ts',
    find: 'if (this.#latest.size > MOST_NAMES) this.noteEverything();',
    replace: 'if (this.#latest.size > MOST_NAMES) this.#latest.clear();',
    tests: near,
    only: 'asks when more was announced than it can tell apart',
  },
  {
    mistake: 'a validated copy is compared by its generations only',
    ...reads,
    find: 'if (!isHeadOf(head.value, copy.header)) return this.#read(address, shard);',
    replace: '',
    only: 'reads the entry when another fill wrote it',
  },
  {
    mistake: 'the token of a fill is compared as a prefix',
    file: 'lib/serialization/entry-format.ts',
    find: '`${ENTRY_FORMAT} ${token} `',
    replace: '`${ENTRY_FORMAT} ${token}`',
    tests: reads.tests,
    only: 'reads the entry when another fill wrote it',
  },
  {
    mistake: 'a missing entry is read again',
    ...reads,
    find: " || head.value === ''",
    replace: '',
    only: 'asks for nothing more where there is no entry',
  },
  {
    mistake: 'the beginning of an entry may come from another process than its generations',
    ...reads,
    find: ' || !isOfRun(head.runId, root)',
    replace: '',
    only: 'from two processes',
  },
  {
    mistake: 'the generations that validate a copy may come from any process',
    ...reads,
    find: '!isOfRun(runId, root) || !isOfRun(head.runId, root)',
    replace: '!isOfRun(head.runId, root) && head.runId !== runId',
    only: 'the root is not of the process that answered',
  },
  {
    mistake: 'whoever comes later gets what was asked before',
    ...heads,
    find: "this.#asked.delete(name);\n    const connection = await this.shard.connection('read');\n    return connection",
    replace:
      "const connection = await this.shard.connection('read');\n    setTimeout(() => this.#asked.delete(name));\n    return connection",
    only: 'asks again for whoever comes after',
  },
  {
    mistake: 'a key of another type is a failure of the store',
    ...heads,
    find: '.catch(nothingIfForeign)',
    replace: '',
    only: 'a key of another type',
  },
  {
    mistake: 'a PING proves what was done until its answer came',
    ...announcer,
    find: 'this.#completeUntil = sentAt;',
    replace: 'this.#completeUntil = this.#clock.monotonic();',
    only: 'when the last answered PING was sent',
  },
  {
    mistake: 'an answer on an old connection counts for the new one',
    ...announcer,
    find: 'if (isComplete && session === this.#session && this.#canary === undefined) {',
    replace: 'if (isComplete && this.#canary === undefined) {',
    only: 'not by what was answered before',
  },
  {
    mistake: 'a connection is believed before it has brought a message',
    ...announcer,
    find: 'if (isComplete && session === this.#session && this.#canary === undefined) {',
    replace: 'if (isComplete && session === this.#session) {',
    only: 'before it hears of a key that it wrote itself',
  },
  {
    mistake: 'what was known of the old connection stays',
    ...announcer,
    find: 'this.#completeUntil = -Infinity;',
    replace: '',
    only: 'knows nothing while the connection is down',
  },
  {
    mistake: 'what happened between two connections is unchanged',
    ...announcer,
    find: '    this.settings.changes.noteEverything();\n    this.#canary',
    replace: '    this.#canary',
    only: 'counts everything as changed once it listens again',
  },
  {
    mistake: 'a flush of the server is no change',
    ...announcer,
    find: 'return changes.noteEverything();',
    replace: 'return;',
    only: 'everything where no key is',
  },
  {
    mistake: 'a silent connection is waited for',
    ...announcer,
    find: 'if (session === this.#session) client.disconnect(true);\n        return;',
    replace: 'continue;',
    only: 'gives up a connection',
  },
  {
    mistake: 'generations are not listened to',
    ...announcements,
    find: "[this.keys.entry(''), this.keys.generationPrefix]",
    replace: "[this.keys.entry('')]",
    only: 'has one connection track keys',
  },
  {
    mistake: 'the connection that listens speaks version 3 of the protocol',
    file: 'lib/stores/redis-made-client.ts',
    find: 'protocol: 2 as const',
    replace: 'protocol: 3 as const',
    tests: eventual,
    only: 'speaks version 2 of the protocol',
  },
  {
    mistake: 'where keys are not tracked nobody listens',
    ...announcer,
    find: 'if (!isRefusal(error)) throw error;',
    replace: 'throw error;',
    only: 'publishes once',
  },
  {
    mistake: 'what is said on any channel is believed',
    ...announcer,
    find: 'if (channel !== this.#way.channel) return;',
    replace: '',
    only: 'notes the groups and paths that were deleted',
  },
  {
    mistake: 'a message that nobody understands is about nothing',
    ...announcements,
    find: 'return Array.isArray(keys) && keys.every',
    replace: 'if (!Array.isArray(keys)) return [];\n      return keys.every',
    only: 'everything where it does not understand',
  },
  {
    mistake: 'whoever may not publish listens all the same',
    ...announcements,
    find: 'await client.publish(this.channel, JSON.stringify([]));',
    replace: '',
    only: 'says once that it may not listen in either way',
  },
  {
    mistake: 'a PING counts although the mark of what was published was taken away',
    ...announcer,
    find: 'if (isComplete && session',
    replace: 'if (session',
    only: 'when the mark is gone',
  },
  {
    mistake: 'what was not published changed nothing that was read before',
    ...announcer,
    find: 'if (!isComplete) this.settings.changes.noteEverything();',
    replace: '',
    only: 'when the mark is gone',
  },
  {
    mistake: 'any mark will do',
    ...announcements,
    find: 'mark !== null && mark === this.#mark',
    replace: 'mark !== null',
    only: 'when the mark is gone',
  },
  {
    mistake: 'no mark at all will do',
    ...announcements,
    find: 'mark !== null && mark === this.#mark',
    replace: 'mark === this.#mark',
    only: 'knows nothing while it cannot look at the mark',
  },
  {
    mistake: 'the mark of another server will do',
    ...announcements,
    find: ' && read.runId === runId',
    replace: '',
    only: 'the mark of another server process',
  },
  {
    mistake: 'a full server takes the mark away',
    ...announcements,
    find: ".catch((error: Error) => {\n        if (!error.message.startsWith('OOM ')) throw error;\n        return null;\n      })",
    replace: '',
    tests: eventual,
    only: 'on a full server',
  },
  {
    mistake: 'keys stay tracked for nobody',
    ...announcements,
    find: "await client.client('TRACKING', 'OFF');",
    replace: '',
    only: 'ends the tracking of keys',
  },
  {
    mistake: 'nobody who may not publish takes the mark away',
    ...changeScripts,
    find: "if type(said) == 'table' and said.err then",
    replace: 'if false then',
    tests: eventual,
    only: 'although the writer may not publish',
  },
  {
    mistake: 'whoever asks for the entry that is kept here loses it',
    file: 'lib/stores/near.store.ts',
    find: 'if (isOther && this.#copies',
    replace: 'if (this.#copies',
    tests: near,
    only: 'asks for what a load reads',
  },
  {
    mistake: 'a copy stays although there is another entry in its place',
    file: 'lib/stores/near.store.ts',
    find: 'if (isOther && this.#copies.get(path) === copy) this.#copies.delete(path);',
    replace: '',
    tests: eventual,
    only: 'somebody else has renewed',
  },
  {
    mistake: 'a put is not published',
    file: 'lib/stores/redis-scripts.ts',
    find: 'announce({ KEYS[1], KEYS[3], KEYS[4] }, ARGV[9], ARGV[10])',
    replace: '',
    tests: eventual,
    only: 'publish sees a put',
  },
];
