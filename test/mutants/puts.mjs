/** Mistakes in the steps of a put. */
const engine = 'lib/engine/engine.ts';
const loader = 'lib/engine/loader.ts';
const puts = 'test/unit/engine/puts.spec.ts';

export default [
  {
    mistake: 'a put is stored without having begun before its method ran',
    file: loader,
    find: "const isStored = isStorable && lease !== undefined && (await this.#leases.fill(request, lease, result, 'put'));",
    replace: `const late = isStorable ? await this.#leases.seize(request) : undefined;
    const isStored = late !== undefined && (await this.#leases.fill(request, late, result, 'put'));`,
    tests: puts,
    only: 'when it was overtaken by an invalidation of its path',
  },
  {
    mistake: 'a put that could not store leaves the entry',
    file: loader,
    find: 'const undelivered = isStored ? undefined : await this.#invalidate(request.address.path);',
    replace: 'const undelivered = isStored;',
    tests: puts,
  },
  {
    mistake: 'a put whose result is not to be stored counts as stored',
    file: loader,
    find: "const isStorable = result.encoded !== undefined && result.decision.kind === 'store';",
    replace: 'const isStorable = true;',
    tests: puts,
  },
  {
    mistake: 'a put does not say what it could not deliver',
    file: loader,
    find: 'return { ...outcomeOf(this.context, request, result), undelivered };',
    replace: 'return outcomeOf(this.context, request, result);',
    tests: puts,
  },
  {
    mistake: 'a put that throws keeps its lease',
    file: loader,
    find: 'if (lease) void this.#leases.drop(lease);',
    replace: '',
    tests: puts,
    only: 'leaves everything as it was when it throws',
  },
  {
    mistake: 'a put that fails behind its method leaves the entry',
    file: loader,
    find: 'await this.#invalidate(request.address.path);\n      throw error;',
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
    file: loader,
    find: 'this.#leases.keepDuring(lease, () => insideFrame(frame, () => request.load()));\n    } catch',
    replace: 'insideFrame(frame, () => request.load());\n    } catch',
    tests: puts,
    only: 'keeps its lease while it computes',
  },
];
