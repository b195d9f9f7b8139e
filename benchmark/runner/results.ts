import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, platform, release } from 'node:os';
import { dirname, join } from 'node:path';
import { ADAPTER_NAMES, adapterOf } from '../adapters/adapters.js';
import type { Scenario } from '../scenario.js';
import { ourRow } from './figures.js';
import type { Plan, Row } from './rounds.js';
import { goalsOf, tableOf } from './table.js';

const require = createRequire(import.meta.url);

/** Of the cores, by others, before the run. */
const BUSY = 0.25;
const isBusy = loadavg()[0]! > BUSY * availableParallelism();

/** What was measured. */
export interface Result {
  readonly scenario: Scenario;
  readonly rows: readonly Row[];
}

/** The text of RESULTS.md. */
export async function resultsText(results: readonly Result[], plan: Plan): Promise<string> {
  const parts = ['# Results', '', ...head(plan), '', ...(await setUps()), ''];
  for (const { scenario, rows } of results.filter((result) => ourRow(result.rows))) {
    parts.push(`## ${scenario.title}`, '', `\`${scenario.name}\`: ${scenario.how}`, '', tableOf(scenario, rows), '');
    const lines = [...goalsOf(scenario, rows), ...reasons(rows)];
    if (lines.length > 0) parts.push(...lines.map((line) => `- ${line}`), '');
  }
  return parts.join('\n');
}

/** Machine and versions, in lines. */
export function head({ rounds, isQuick }: Plan): string[] {
  const day = new Date().toISOString().slice(0, 10);
  return [
    ...(isQuick ? ['**A quick run: the figures mean nothing.**', ''] : []),
    ...(isBusy ? ['**Provisional: the machine was busy with something else.**', ''] : []),
    `Written by \`npm run bench\` on ${day}: medians of ${rounds} rounds, in each of which every entrant had its turn in a process of its own.`,
    `Behind a figure that is compared with a limit of the same run stand its least and its most. \`-\` is what a library does not do.`,
    '',
    `- Machine: ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${platform()} ${release()}`,
    `- Node ${process.versions.node}, Redis ${redisVersion()}`,
    `- ${measuredPackages().join(', ')}`,
  ];
}

/** Why rows have no figures. */
export function reasons(rows: readonly Row[]): string[] {
  return rows.flatMap(({ entrant, cannot, failure }) => {
    if (cannot !== undefined) return [`${entrant}: ${cannot}.`];
    return failure === undefined ? [] : [`${entrant} failed: ${failure.split('\n')[0]}`];
  });
}

async function setUps(): Promise<string[]> {
  const adapters = await Promise.all(ADAPTER_NAMES.map(async (name) => ({ name, ...(await adapterOf(name)) })));
  return ['How each is set up:', '', ...adapters.map(({ name, setUp }) => `- ${name}: ${setUp}`)];
}

function measuredPackages(): string[] {
  const manifest = JSON.parse(readFileSync(manifestPath(), 'utf8')) as { devDependencies: Record<string, string> };
  return ['nestash', ...Object.keys(manifest.devDependencies)].map((name) => `${name} ${versionOf(name)}`);
}

function manifestPath(): string {
  return join(dirname(require.resolve('nestash/package.json')), '../../package.json');
}

function versionOf(name: string): string {
  const path = join(dirname(manifestPath()), 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

function redisVersion(): string {
  const text = execFileSync(process.env['REDIS_SERVER_BIN'] ?? 'redis-server', ['--version'], { encoding: 'utf8' });
  return /v=(\S+)/.exec(text)?.[1] ?? 'unknown';
}
