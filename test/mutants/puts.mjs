/** Mistakes in the steps of a put. */
const engine = 'lib/engine/engine.ts';
const put = 'lib/engine/puts.ts';
const puts = 'test/unit/engine/puts.spec.ts';

export default [
  {
    mistake: 'a put is stored without having begun before its method ran',
    file: put,
    find: 'const isStored = lease ? await this.#fill(request, lease, result) : false;',
    replace: `const late = await this.#leases.seize(request);
    const isStored = late ? await this.#fill(request, late, result) : false;`,
    tests: puts,
    only: 'when it was overtaken by an invalidation of its path',
  },
  {
    mistake: 'a put that could not store leaves the entry',
    file: put,
    find: 'const undelivered = isStored ? undefined : await this.#invalidate(request);',
    replace: 'const undelivered = isStored;',
    tests: puts,
  },
  {
    mistake: 'a put stores what is not to be stored',
    file: 'lib/engine/result.ts',
    find: "if (encoded === undefined || decision.kind !== 'store') return undefined;",
    replace: "if (encoded === undefined || decision.kind === 'refuse') return undefined;",
    tests: puts,
    only: 'leaves nothing when its result is not to be stored',
  },
  {
    mistake: 'a put does not say what it could not deliver',
    file: put,
    find: 'return { ...outcomeOf(this.context, request, result, isStored), undelivered };',
    replace: 'return outcomeOf(this.context, request, result, isStored);',
    tests: puts,
  },
  {
    mistake: 'a put that throws keeps its lease',
    file: put,
    find: 'if (lease) void this.#leases.drop(lease, frame.dependencies);',
    replace: '',
    tests: puts,
    only: 'leaves everything as it was when it throws',
  },
  {
    mistake: 'a put that fails behind its method leaves the entry',
    file: put,
    find: 'await this.#invalidate(request);\n      throw error;',
    replace: 'throw error;',
    tests: puts,
  },
  {
    mistake: 'a put does not cut off the loads of its process',
    file: engine,
    find: 'this.#detach({ groups: [path], paths: [path], globs: [] });',
    replace: 'void path;',
    tests: puts,
    only: 'cuts off the loads of its process',
  },
  {
    mistake: 'a put does not keep its lease',
    file: put,
    find: 'this.#leases.keepDuring(lease, () => runInside(frame, request, concluding));',
    replace: 'runInside(frame, request, concluding);',
    tests: puts,
    only: 'keeps its lease while it computes',
  },
];
