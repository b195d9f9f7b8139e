import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AllowedImport, findMapViolations, findViolations, type SourceFile } from '../support/layering.js';

/** Imports against the order of the folders that are meant, each with its reason. */
const ALLOWED: readonly AllowedImport[] = [];

const LIB = join(import.meta.dirname, '../../lib');

describe('the sources', () => {
  const files = readSources();

  it('keep to the order of the folders, without cycles', () => {
    expect(files.length).toBeGreaterThan(0);
    expect(findViolations(files, ALLOWED)).toEqual([]);
  });

  it('are all on the map in lib/README.md', () => {
    const readme = join(LIB, 'README.md');
    expect(existsSync(readme)).toBe(true);
    expect(
      findMapViolations(
        readFileSync(readme, 'utf8'),
        files.map(({ path }) => path),
      ),
    ).toEqual([]);
  });
});

describe('the layering check', () => {
  it('accepts imports from the folders above, of any kind', () => {
    expect(
      violations({
        'core/errors.ts': '',
        'core/digest.ts': "import { createHash } from 'node:crypto';\nimport { fail } from './errors.js';",
        'stores/redis.store.ts': "import type { Redis } from 'ioredis';\nimport { fail } from '../core/errors.js';",
        'serialization/dto.ts': "const load = () => import('class-transformer');",
        'operations/runner.ts': "import { Inject } from '@nestjs/common';",
        'index.ts': "export { fail } from './core/errors.js';",
      }),
    ).toEqual([]);
  });

  it.each([
    ['an import', "import { get } from '../engine/engine.js';"],
    ['a type import', "import type { Engine } from '../engine/engine.js';"],
    ['an import for its side effect', "import '../engine/engine.js';"],
    ['an export', "export { get } from '../engine/engine.js';"],
    ['an export of types', "export type { Engine } from '../engine/engine.js';"],
    ['a late import', "const load = () => import('../engine/engine.js');"],
    ['a type that imports', "type Engine = import('../engine/engine.js').Engine;"],
    ['a require', "const engine = require('../engine/engine.js');"],
  ])('refuses a folder further down: %s', (_kind, text) => {
    expect(violations({ 'engine/engine.ts': '', 'stores/store.ts': text })).toEqual([
      'stores/store.ts imports engine/engine.ts, but stores/ may not import engine/.',
    ]);
  });

  it('refuses a folder on the same level', () => {
    expect(violations({ 'keys/escape.ts': '', 'resilience/deadline.ts': "import '../keys/escape.js';" })).toEqual([
      'resilience/deadline.ts imports keys/escape.ts, but resilience/ may not import keys/.',
    ]);
  });

  it('refuses the files of lib/ itself in a folder', () => {
    expect(violations({ 'cache.service.ts': '', 'http/headers.ts': "import '../cache.service.js';" })).toEqual([
      'http/headers.ts imports cache.service.ts, but http/ may not import lib/.',
    ]);
  });

  it('refuses a folder that is not on the map', () => {
    expect(violations({ 'core/clock.ts': '', 'utils/misc.ts': "import '../core/clock.js';" })).toEqual([
      'utils/misc.ts is in a folder that the map does not have.',
    ]);
  });

  it('refuses what lies outside lib/', () => {
    expect(violations({ 'core/clock.ts': "import '../../test/support/redis.js';" })).toEqual([
      'core/clock.ts imports ../../test/support/redis.js, which is not a file of lib/.',
    ]);
  });

  it('ignores imports in comments and strings', () => {
    expect(
      violations({ 'core/clock.ts': "// import '../engine/engine.js';\nconst text = \"import 'ioredis'\";" }),
    ).toEqual([]);
  });

  it('lets an exception through, and refuses one that is not needed', () => {
    const files = { 'engine/engine.ts': '', 'stores/store.ts': "import type { E } from '../engine/engine.js';" };
    const needed = { from: 'stores/store.ts', to: 'engine/engine.ts', because: 'this test says so' };
    const unneeded = { from: 'engine/engine.ts', to: 'stores/store.ts', because: 'nobody knows' };

    expect(findViolations(sources(files), [needed])).toEqual([]);
    expect(findViolations(sources(files), [needed, unneeded])).toEqual([
      'The exception engine/engine.ts → stores/store.ts is not needed.',
    ]);
  });

  it('refuses a cycle, types included', () => {
    expect(
      violations({
        'core/a.ts': "import { b } from './b.js';",
        'core/b.ts': "import { c } from './c.js';",
        'core/c.ts': "import type { A } from './a.js';",
      }),
    ).toEqual(['The files import each other in a circle: core/a.ts → core/b.ts → core/c.ts → core/a.ts.']);
  });

  it.each([
    ['engine/loader.ts', '@nestjs/common', 'from operations/ down'],
    ['engine/loader.ts', 'ioredis', 'stores/redis*'],
    ['stores/memory.store.ts', 'ioredis', 'stores/redis*'],
    ['cache.module.ts', 'ioredis', 'stores/redis*'],
    ['serialization/codec.ts', 'class-transformer', 'serialization/dto*'],
  ])('refuses in %s the package %s', (path, name, where) => {
    expect(violations({ [path]: `import { x } from '${name}';` })).toEqual([
      `${path} imports ${name}, which is allowed only ${where}.`,
    ]);
  });

  it.each(['lodash', '@nestjs/platform-express', 'express', 'fs'])('refuses a package that nobody has: %s', (name) => {
    expect(violations({ 'cache.module.ts': `import { x } from '${name}';` })).toEqual([
      `cache.module.ts imports ${name}, which users of the library do not have.`,
    ]);
  });

  it('refuses a file of more than 250 lines', () => {
    expect(violations({ 'core/a.ts': 'x;\n'.repeat(250) })).toEqual([]);
    expect(violations({ 'core/a.ts': 'x;\n'.repeat(251) })).toEqual(['core/a.ts has 251 lines, more than 250.']);
  });

  it.each(["export * from './core/a.js';", "export type * from './core/a.js';", "export * as a from './core/a.js';"])(
    'refuses in index.ts: %s',
    (text) => {
      expect(violations({ 'core/a.ts': '', 'index.ts': text })).toEqual([
        'index.ts has an "export *": it names its exports by hand.',
      ]);
    },
  );

  it('wants each file on the map, and each file of the map to exist', () => {
    const readme = '`core/a.ts` is first. `b.ts` asks it; see `test/unit/a.spec.ts`.';

    expect(findMapViolations(readme, ['core/a.ts'])).toEqual(['lib/README.md names b.ts, which does not exist.']);
    expect(findMapViolations(readme, ['core/a.ts', 'keys/b.ts'])).toEqual(['lib/README.md does not name keys/b.ts.']);
    expect(findMapViolations(`${readme} \`keys/b.ts\` too.`, ['core/a.ts', 'keys/b.ts'])).toEqual([]);
  });
});

function violations(files: Record<string, string>): string[] {
  return findViolations(sources(files));
}

function sources(files: Record<string, string>): SourceFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

function readSources(): SourceFile[] {
  return readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(LIB, path), 'utf8') }));
}
