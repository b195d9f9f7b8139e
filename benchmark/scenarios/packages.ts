import { createRequire } from 'node:module';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adapterOf, PEERS } from '../adapters/adapters.js';
import type { Figures, Scenario } from '../scenario.js';

const MEBIBYTE = 2 ** 20;
/** As `stat` counts, whatever the file system has. */
const BLOCK = 512;
const HERE = dirname(createRequire(import.meta.url).resolve('nestash/package.json'));

export const packages: Scenario = {
  name: 'packages',
  title: 'Packages and disk, with Redis',
  how: 'What an application gets by `npm install` of the library and its Redis driver, all dependencies included; Nest and its own (reflect-metadata, rxjs) apart.',
  columns: [
    { name: 'packages', digits: 0 },
    { name: 'MiB', digits: 2 },
  ],
  entrants: ['ioredis', 'nestash', ...PEERS],
  rounds: 1,
  goals: [
    { column: 'packages', of: 'median', is: '≤', bound: 10 },
    { column: 'MiB', of: 'median', is: '≤', bound: 2.6 },
  ],
  open: async (entrant) => {
    const names = (await adapterOf(entrant)).packages;
    return { round: async () => weigh(names) };
  },
};

function weigh(names: readonly string[]): Figures {
  const folders = new Set<string>();
  for (const name of names) collect(name, HERE, folders);
  const bytes = [...folders].reduce((sum, folder) => sum + sizeOf(folder), 0);
  return { packages: folders.size, MiB: bytes / MEBIBYTE };
}

/** The folder of a package as it is found from another one, and those of its dependencies. */
function collect(name: string, from: string, folders: Set<string>): void {
  const folder = find(name, from);
  if (folder === undefined || folders.has(folder)) return;
  folders.add(folder);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (dependency !== 'reflect-metadata') collect(dependency, folder, folders);
  }
}

function find(name: string, from: string): string | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (statSync(join(candidate, 'package.json'), { throwIfNoEntry: false })) return realpathSync(candidate);
  }
  return undefined;
}

/** What its blocks take: a small file takes a whole one. */
function onDisk(path: string): number {
  return statSync(path).blocks * BLOCK;
}

/** Its files, without packages inside it. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum;
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : onDisk(path));
  }, 0);
}
