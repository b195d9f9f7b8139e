import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { checkModuleOptions } from '../../lib/cache.options.js';
import { CacheError } from '../../lib/core/errors.js';
import { STALE_OPTIONS } from '../../lib/core/stale-windows.js';
import { CacheModule, CacheService } from '../../lib/index.js';
import type { Declaration } from '../../lib/operations/declaration.js';
import { soundDeclaration } from '../../lib/operations/declared-options.js';
import { Problems } from '../../lib/operations/problems.js';
import { nearStore } from '../../lib/stores/near.store.js';
import { blocksOf, compileBlocks } from '../support/documented-code.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
const LANGUAGES = ['ts', 'sh', 'json', ''];

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

describe('the code in the documentation', () => {
  const blocks = PAGES.flatMap((page) => blocksOf(page));
  const typescript = blocks.filter(({ language }) => language === 'ts');

  it('is in a language that is known here', () => {
    expect(blocks.filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
    expect(typescript.length).toBeGreaterThanOrEqual(6);
  });

  it('compiles against the source', () => {
    expect(compileBlocks(typescript)).toEqual([]);
  }, 60_000);

  it('is found wanting where it is wrong', () => {
    const page = [
      '```ts',
      "@Cacheable('a:<<id>>', { ttl: 600 })",
      "@Cacheable('a:<<id>>', { tttl: '5m' })",
      "await cache.getOrSet('a', load, { ttl: '5m' });",
      "await cache.wrap('a', load);",
      '```',
      '```ts',
      'const one: CacheModule = ;',
      '```',
      '',
    ].join('\n');
    const problems = compileBlocks(blocksOf('page.md', page));
    const places = problems.map((problem) => problem.split(': ')[0]);
    expect([...new Set(places)]).toEqual([
      'page.md:1, line 1',
      'page.md:1, line 2',
      'page.md:1, line 4',
      'page.md:7, line 1',
    ]);
  }, 60_000);
});

describe('the tables of options in the README', () => {
  const readme = textOf('README.md');

  /** The rows of the table whose first heading is this. */
  function rowsUnder(heading: string): string[] {
    const lines = readme.split('\n');
    const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
    const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
    return lines.slice(start + 2, start + length);
  }

  /** The names in the first column of that table. */
  function namesUnder(heading: string): string[] {
    return rowsUnder(heading).flatMap((line) => /^\| `(\w+)`/.exec(line)?.[1] ?? []);
  }

  function availableIn(error: unknown): readonly string[] {
    if (CacheError.is(error, 'OPTION_UNKNOWN')) return error.details.available;
    throw error;
  }

  function optionsOf(kind: Declaration['kind']): readonly string[] {
    const problems = new Problems();
    const declaration = { kind, key: 'a', patterns: [], options: { nothing: 1 } };
    soundDeclaration(declaration as unknown as Declaration, 'A.b', problems);
    return availableIn(problems.found[0]);
  }

  it('have every option of forRoot', () => {
    let available: readonly string[] = [];
    try {
      checkModuleOptions({ nothing: 1 } as never);
    } catch (error) {
      available = availableIn(error);
    }
    expect(namesUnder('option').sort()).toEqual([...available].sort());
  });

  it('have every option of nearStore', () => {
    let available: readonly string[] = [];
    try {
      nearStore({ nothing: 1 } as never);
    } catch (error) {
      available = availableIn(error);
    }
    expect(namesUnder('option of `nearStore`').sort()).toEqual([...available].sort());
  });

  it('have every option of the decorators', () => {
    const cached = new Set([...optionsOf('cacheable'), ...optionsOf('put')].filter((name) => name !== 'key'));
    expect(namesUnder('option of `@Cacheable` and `@CachePut`').sort()).toEqual([...cached].sort());
    expect(namesUnder('option of `@InvalidateCache`').sort()).toEqual([...optionsOf('invalidate')].sort());
  });

  it('have every option of the methods of CacheService', async () => {
    const application = await Test.createTestingModule({ imports: [CacheModule.forRoot()] }).compile();
    const cache = application.get<Record<string, (...given: unknown[]) => Promise<unknown>>>(CacheService);
    const load = () => 1;
    const values: Record<string, unknown[]> = {
      ...{ getOrSet: ['a', load], put: ['a', load], set: ['a', 1], setMany: [[['a', 1]]], lock: ['a', load] },
      ...{
        get: ['a'],
        getMany: [['a']],
        has: ['a'],
        ttl: ['a'],
        delete: ['a'],
        invalidate: ['a'],
        invalidateTags: [['a']],
      },
    };
    const documented = rowsUnder('method').flatMap((row) => {
      const [methods = [], options = []] = row
        .split(' | ')
        .map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
      if (row.includes('serving stale')) options.push(...STALE_OPTIONS);
      return methods.map((method) => [method, options.sort()] as const);
    });
    const accepted = Object.entries(values).map(async ([method, given]) => {
      const refusal: unknown = await cache[method]!(...given, { nothing: 1 }).catch((error: unknown) => error);
      return [method, [...availableIn(refusal)].sort()] as const;
    });
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(await Promise.all(accepted)));
  });
});

describe('the links of the documentation', () => {
  it('lead to what the package contains, and to headings that exist', () => {
    const { files } = JSON.parse(textOf('package.json')) as { files: string[] };
    for (const page of PAGES) {
      for (const [, link = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
        const [target = '', heading] = new URL(link, `file:///${page}`).href.slice('file:///'.length).split('#');
        expect(files.some((file) => target === file || target.startsWith(`${file}/`))).toBe(true);
        expect(existsSync(join(ROOT, target))).toBe(true);
        if (heading !== undefined) expect(headingsOf(target)).toContain(heading);
      }
    }
  });

  function headingsOf(page: string): string[] {
    return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  }
});
