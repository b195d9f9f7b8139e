/** Mistakes of `@CacheableMany`. */
const engine = { tests: 'test/unit/engine/shared-load.spec.ts' };
const shared = { file: 'lib/engine/shared-load.ts', ...engine };
const frames = { file: 'lib/engine/frames.ts', ...engine };
const runner = { file: 'lib/operations/many-runner.ts', tests: 'test/e2e/cacheable-many.spec.ts' };

export default [
  {
    mistake: 'a load begins before it is known which keys it is for',
    ...shared,
    find: 'if (this.#undecided.size > 0 || this.#wanted.length === 0 || this.#isDue) return;',
    replace: 'if (this.#wanted.length === 0 || this.#isDue) return;',
    only: 'waits until something is known of every key',
  },
  {
    mistake: 'what others load is waited for before the own keys are loaded: in another process',
    file: 'lib/engine/lease-holder.ts',
    find: '      request.waits?.();\n',
    replace: '',
    ...engine,
    only: 'loads and stores its own before it waits',
  },
  {
    mistake: 'what others load is waited for before the own keys are loaded: in this process',
    file: 'lib/engine/engine.ts',
    find: '    request.waits?.();\n',
    replace: '',
    tests: runner.tests,
    only: 'joins loads under way',
  },
  {
    mistake: 'the other keys of a load do not wait for what it waits for',
    ...frames,
    find: 'for (const each of flights) each.waitsFor.add(flight!);',
    replace: '',
    only: 'waits for no load that waits for one of its keys',
  },
  {
    mistake: 'only the first key of a load is told what it used',
    ...frames,
    find: 'if (frame.beside) active.push(...frame.beside.filter(({ isActive }) => isActive));',
    replace: '',
    only: 'stores nothing of what was loaded with something',
  },
  {
    mistake: 'a load that is run once more inside itself forgets its other keys',
    ...shared,
    find: 'frame: frame === this.#around ? undefined : frame',
    replace: 'frame',
    only: 'goes on for each of its keys when it was run once more inside',
  },
  {
    mistake: 'a failure of the load is that of its first key only',
    ...shared,
    find: 'for (const { reject } of wanted) reject(error);',
    replace: 'wanted[0]?.reject(error);',
    only: 'fails for each of its keys',
  },
  {
    mistake: 'an id that was not asked for is ignored',
    ...runner,
    find: 'if (!keys.has(key)) {',
    replace: 'if (!keys.has(key) && keys.size === 0) {',
    only: 'returns what it was not asked for',
  },
  {
    mistake: 'all ids of a list are loaded at once, however many they are',
    ...runner,
    find: 'const MOST_AT_ONCE = 1_000;',
    replace: 'const MOST_AT_ONCE = Infinity;',
    only: 'a thousand ids at a time',
  },
  {
    mistake: 'a method for one id may share entries by accident',
    file: 'lib/checks/clashing-keys.ts',
    find: 'if (catalogKey === undefined || catalogKey !== other.key.catalogKey) return false;',
    replace: '',
    tests: runner.tests,
    only: 'does not start with the same template',
  },
  {
    mistake: 'methods share entries that one of them cannot use',
    file: 'lib/checks/clashing-keys.ts',
    find: 'tags !== undefined && tags === others',
    replace: 'tags !== undefined',
    tests: runner.tests,
    only: 'under other tags',
  },
];
