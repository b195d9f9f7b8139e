/** Mistakes about groups that are closed while replicas of a database lag. */
const settling = 'test/unit/engine/settling.spec.ts';
const declared = 'test/e2e/settle.spec.ts';
const redis = 'test/integration/stores/redis-contract-ioredis-5.spec.ts';
const memory = 'test/unit/stores/memory-contract.spec.ts';
const guarded = 'test/unit/stores/guarded-store.spec.ts';

export default [
  {
    mistake: 'a begin on Redis does not ask whether a group is closed',
    file: 'lib/stores/redis-scripts.ts',
    find: "  if mark then return { 'closed' } end\n",
    replace: '',
    tests: redis,
    only: 'gives nobody a lease',
  },
  {
    mistake: 'a begin on Redis asks for the groups of a path only',
    file: 'lib/stores/redis-scripts.ts',
    find: "{ 'leased', new }, {}, { path }",
    replace: "{ 'leased', new }, {}, { 'nothing' }",
    tests: redis,
    only: 'closes a path by the group of its name',
  },
  {
    mistake: 'a bucket that is closed on Redis gets a generation',
    file: 'lib/stores/redis-scripts.ts',
    find: "marks[i] and '' or complete(keys[i], ids[i])",
    replace: 'complete(keys[i], ids[i])',
    tests: redis,
    only: 'whose tag was closed when its load began',
  },
  {
    mistake: 'the last of two windows counts on Redis',
    file: 'lib/stores/redis-change-scripts.ts',
    find: "if redis.call('PTTL', key) < tonumber(ARGV[1]) then redis.call('SET', key, '1', 'PX', ARGV[1]) end",
    replace: "redis.call('SET', key, '1', 'PX', ARGV[1])",
    tests: redis,
    only: 'the longer of two windows',
  },
  {
    mistake: 'the first of two windows counts on Redis',
    file: 'lib/stores/redis-change-scripts.ts',
    find: "if redis.call('PTTL', key) < tonumber(ARGV[1]) then",
    replace: "if redis.call('PTTL', key) < 0 then",
    tests: redis,
    only: 'the longer of two windows',
  },
  {
    mistake: 'an invalidation on Redis closes nothing',
    file: 'lib/stores/redis-invalidations.ts',
    find: 'if (settle !== undefined) await this.#close(groups, settle);',
    replace: '',
    tests: redis,
    only: 'gives nobody a lease',
  },
  {
    mistake: 'groups are closed after their generations are deleted',
    file: 'lib/stores/redis-invalidations.ts',
    find: `    try {
      if (settle !== undefined) await this.#close(groups, settle);
    } finally {
      await this.#delete(groups, paths);
      await this.#deleteMatching(globs);
    }`,
    replace: `    await this.#delete(groups, paths);
    await this.#deleteMatching(globs);
    if (settle !== undefined) await this.#close(groups, settle);`,
    tests: 'test/integration/settling.spec.ts',
    only: 'closes a group before',
  },
  {
    mistake: 'what a full server does not close is not deleted either',
    file: 'lib/stores/redis-invalidations.ts',
    find: `    } finally {
      await this.#delete(groups, paths);
      await this.#deleteMatching(globs);
    }`,
    replace: `    } finally {
    }
    await this.#delete(groups, paths);
    await this.#deleteMatching(globs);`,
    tests: 'test/integration/settling.spec.ts',
    only: 'full server',
  },
  {
    mistake: 'marks that a node did not set are not tried again',
    file: 'lib/stores/redis-cluster.ts',
    find: '      anywhere: (cluster, mark) => cluster.eval(closeScript.text, 1, mark, String(window)),',
    replace: '      anywhere: async () => undefined,',
    tests: 'test/integration/settling-cluster.spec.ts',
  },
  {
    mistake: 'the memory store does not ask whether a path is closed',
    file: 'lib/stores/memory.store.ts',
    find: '[address.path, ...address.groups].some(',
    replace: 'address.groups.some(',
    tests: memory,
  },
  {
    mistake: 'a bucket that is closed in memory gets a generation',
    file: 'lib/stores/memory.store.ts',
    find: 'BUCKET_GROUPS.map((group) => this.#holdOpen(group))',
    replace: 'BUCKET_GROUPS.map((group) => this.#generations.hold(group))',
    tests: memory,
    only: 'whose tag was closed when its load began',
  },
  {
    mistake: 'the last of two windows counts in memory',
    file: 'lib/stores/memory-closings.ts',
    find: 'Math.max(this.clock.monotonic() + window, this.#endByGroup.get(group) ?? 0)',
    replace: 'this.clock.monotonic() + window',
    tests: memory,
    only: 'the longer of two windows',
  },
  {
    mistake: 'the first of two windows counts in memory',
    file: 'lib/stores/memory-closings.ts',
    find: 'Math.max(this.clock.monotonic() + window, this.#endByGroup.get(group) ?? 0)',
    replace: 'this.isClosed(group) ? this.#endByGroup.get(group)! : this.clock.monotonic() + window',
    tests: memory,
    only: 'the longer of two windows',
  },
  {
    mistake: 'closed groups pile up in memory',
    file: 'lib/stores/memory-closings.ts',
    find: '    if (this.#endByGroup.size > LIMIT) this.#shrink();\n',
    replace: '',
    tests: 'test/unit/stores/memory-limits.spec.ts',
  },
  {
    mistake: 'of too many closed groups some open early',
    file: 'lib/stores/memory-closings.ts',
    find: 'this.#endByGroup = new Map([[ROOT_GROUP, last]]);',
    replace: 'this.#endByGroup = new Map();',
    tests: 'test/unit/stores/memory-limits.spec.ts',
  },
  {
    mistake: 'an invalidation that waits forgets its window',
    file: 'lib/stores/undelivered.ts',
    find: 'if (settle !== undefined) waiting.settle = Math.max(settle, waiting.settle ?? 0);',
    replace: '',
    tests: guarded,
  },
  {
    mistake: 'an invalidation that waits takes the shorter window',
    file: 'lib/stores/undelivered.ts',
    find: 'Math.max(settle, waiting.settle ?? 0)',
    replace: 'settle',
    tests: guarded,
  },
  {
    mistake: 'a queue that is too long closes nothing',
    file: 'lib/stores/undelivered.ts',
    find: 'const { settle } = this.#closing;',
    replace: 'const settle = undefined;',
    tests: guarded,
  },
  {
    mistake: 'a refresh of what is closed counts as one',
    file: 'lib/engine/lease-holder.ts',
    find: "return begun?.kind === 'alive' || begun?.kind === 'leased' ? begun : undefined;",
    replace: "return begun?.kind === 'busy' ? undefined : (begun as Usable | undefined);",
    tests: settling,
  },
  {
    mistake: 'a put does not close what is below it',
    file: 'lib/engine/puts.ts',
    find: 'request.settle === undefined || (await this.#invalidate(request, [])) === undefined',
    replace: 'true',
    tests: settling,
  },
  {
    mistake: 'a put that closes its path drops its own lease',
    file: 'lib/engine/puts.ts',
    find: 'await this.#invalidate(request, [])',
    replace: 'await this.#invalidate(request)',
    tests: settling,
  },
  {
    mistake: 'a put is stored although its path could not be closed',
    file: 'lib/engine/puts.ts',
    find: 'return isClosed && (await',
    replace: 'return (await',
    tests: settling,
  },
  {
    mistake: 'a put that could not store leaves its path open',
    file: 'lib/engine/puts.ts',
    find: 'await this.context.store.invalidate({ groups: [path], paths, globs: [], settle });',
    replace:
      'await this.context.store.invalidate({ groups: [path], paths, globs: [], settle: paths.length ? undefined : settle });',
    tests: settling,
    only: 'settles also when it could not begin',
  },
  {
    mistake: 'a decorator does not close what it invalidates',
    file: 'lib/operations/write-runner.ts',
    find: 'tagsOf(scope).map((tag) => tagGroup(tag, partition)), settle }',
    replace: 'tagsOf(scope).map((tag) => tagGroup(tag, partition)) }',
    tests: declared,
  },
  {
    mistake: 'what nobody can name is invalidated and not closed',
    file: 'lib/operations/write-runner.ts',
    find: "return counted({ patterns: [''], tagGroups: [], settle });",
    replace: "return counted({ patterns: [''], tagGroups: [] });",
    tests: declared,
  },
  {
    mistake: 'a put that cannot make its key does not close it',
    file: 'lib/operations/write-runner.ts',
    find: '    unless: undefined,\n    settle,\n',
    replace: '    unless: undefined,\n    settle: undefined,\n',
    tests: declared,
  },
  {
    mistake: 'the service does not close what it invalidates',
    file: 'lib/cache.service-invalidations.ts',
    find: 'settle: parseSettle(settle, where) };',
    replace: 'settle: parseSettle(settle, where) && undefined };',
    tests: declared,
  },
  {
    mistake: 'a window may be as long as anyone likes',
    file: 'lib/core/settle.ts',
    find: 'if (window <= LONGEST) return window;',
    replace: 'if (window > 0) return window;',
    tests: declared,
  },
  {
    mistake: 'a decorator closes patterns with wildcards',
    file: 'lib/operations/compile.ts',
    find: '  if (wild) refuseUnsettled(window, wild.text, where);\n',
    replace: '',
    tests: declared,
  },
  {
    mistake: 'the service closes patterns with wildcards',
    file: 'lib/cache.service-invalidations.ts',
    find: '    if (invalidation.globs.length > 0) refuseUnsettled(targets.settle, pattern, where);\n',
    replace: '',
    tests: declared,
  },
];
