import assert from 'node:assert/strict';
import { ROOT_GROUP } from '../keys/groups.js';
import type { Glob } from '../stores/store.js';
import type { StoreBench, StoreRules } from './store-bench.js';

/** Whatever an entry depends on kills it, and nothing else does. */
export const invalidationRules: StoreRules = {
  'kills an entry with the root': async (bench) => {
    await dies(bench, () => bench.invalidate({ groups: [ROOT_GROUP] }));
  },

  'kills an entry with each part of its path': async (bench) => {
    for (const name of ['blog', 'blog:list']) {
      await dies(bench, () => bench.invalidate({ groups: [bench.path(name)] }));
    }
  },

  'kills an entry with a tag known before the load': async (bench) => {
    await dies(bench, () => bench.invalidateTags(bench.tag('static')));
  },

  'kills an entry with a tag of its result': async (bench) => {
    await dies(bench, () => bench.invalidateTags(bench.tag('late')));
  },

  'kills an entry by its exact path': async (bench) => {
    await dies(bench, () => bench.invalidate({ paths: [bench.path('blog:list:1')] }));
  },

  'kills an entry by a glob': async (bench) => {
    await dies(bench, () => bench.invalidate({ globs: [globOf(bench, 'blog', /:blog:[^:]+:1$/)] }));
  },

  'kills everything that one invalidation names': async (bench) => {
    const names = ['a:1', 'b', 'c:x', 'd:y', 'e'];
    for (const name of names) await bench.load(bench.address(name), name);
    const globs = [globOf(bench, 'c', /:c:x$/), globOf(bench, '', /:d:.$/)];
    await bench.invalidate({ groups: [bench.path('a')], paths: [bench.path('b')], globs });
    assert.deepEqual(await Promise.all(names.map((name) => bench.payload(bench.address(name)))), [
      ...[undefined, undefined, undefined, undefined],
      'e',
    ]);
  },

  'leaves alive what an invalidation does not name': async (bench) => {
    const names = ['blog:list:1', 'blog:list:2', 'blog', 'blogs:list:1', 'list:1'];
    for (const name of names) await bench.load(bench.address(name, bench.tag(name)), name);
    const { path } = bench.address('blog:list:1');
    await bench.invalidate({
      groups: [path, bench.tag('other'), bench.path('blo')],
      paths: [path, bench.path('blog:list')],
    });
    await bench.invalidate({ globs: [globOf(bench, 'blog', /:blog:lis.:3$/)] });
    assert.equal(await bench.payload(bench.address(names[0]!, bench.tag(names[0]!))), undefined);
    for (const name of names.slice(1)) assert.equal(await bench.payload(bench.address(name, bench.tag(name))), name);
  },

  'does nothing when nothing is named': async (bench) => {
    await bench.load(bench.address('list'), 'x');
    await bench.invalidate({});
    assert.equal(await bench.payload(bench.address('list')), 'x');
  },

  'invalidates what was never stored': async (bench) => {
    const globs = [globOf(bench, 'none', /none/)];
    await bench.invalidate({ groups: [bench.path('none')], paths: [bench.path('none:1')], globs });
  },

  'fills again what was invalidated': async (bench) => {
    const address = bench.address('blog:list:1', bench.tag('static'));
    await bench.load(address, 'old', { lateTags: [bench.tag('late')] });
    await bench.invalidateTags(bench.tag('static'), bench.tag('late'));
    await bench.invalidate({ groups: [ROOT_GROUP, bench.path('blog')], paths: [address.path] });
    await bench.load(address, 'new', { lateTags: [bench.tag('late')] });
    assert.equal(await bench.payload(address), 'new');
  },

  'is empty after it was cleared': async (bench) => {
    const names = ['a', 'a:b', 'c'];
    for (const name of names) await bench.load(bench.address(name), name);
    await bench.store.clear();
    for (const name of names) assert.equal(await bench.store.read(bench.address(name)), undefined);
  },
};

/** Stores an entry that depends on a bit of everything, has it invalidated, and looks for it in every way. */
async function dies(bench: StoreBench, invalidate: () => Promise<void>): Promise<void> {
  const address = bench.address('blog:list:1', bench.tag('static'));
  const [late, more] = [bench.tag('late'), bench.tag('more')];
  const { token } = await bench.load(address, 'x', { lateTags: [late, more] });
  assert.equal(await bench.payload(address), 'x');
  await invalidate();
  assert.equal(await bench.payload(address), undefined);
  const begun = await bench.begin(address);
  assert.equal(begun.kind, 'leased');
  assert.equal(await bench.payload(address), undefined, `${token} came back with the next load`);
  await bench.invalidate({ paths: [address.path] });
}

function globOf(bench: StoreBench, name: string, pattern: RegExp): Glob {
  const scope = bench.path('');
  const literal = name === '' ? scope.slice(0, -1) : bench.path(name);
  return { literal, matches: (path) => path.startsWith(scope) && pattern.test(path) };
}
