import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CacheError } from '../../lib/index.js';
import type { Platform } from '../support/application.js';
import { PLATFORMS } from '../support/application.js';
import { graphqlOutcome } from '../support/graphql-inputs.js';
import type { Shape } from '../support/inputs-table.js';
import { COLUMNS, GRAPHQL_ROWS, ROWS, textOf } from '../support/inputs-table.js';
import { METHOD, methodTextOf } from '../support/random-applications/method-source.js';
import { StartedApplication } from '../support/random-applications/started-application.js';
import type { Visit } from '../support/random-applications/visits.js';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const HEADING = '| what a method can read';
const NAMES = { key: 'in the key', ignored: 'ignored', forgotten: 'forgotten' };

const ONE: Visit = {
  id: 'one',
  page: '1',
  sort: 'new',
  extra: 'x',
  lang: 'en',
  text: 'some',
  ip: '10.0.0.1',
  tenant: 'acme',
  cart: 'full',
  theme: 'dark',
  user: 'ann',
};
const OTHER: Visit = {
  id: 'other',
  page: '2',
  sort: 'old',
  extra: 'y',
  lang: 'de',
  text: 'other',
  ip: '10.0.0.2',
  tenant: 'zen',
  cart: 'empty',
  theme: 'light',
  user: 'bob',
};

describe.each(PLATFORMS)('what a method can read on %s', (platform) => {
  const rows = ROWS.filter(({ isHttp }) => isHttp || platform === 'express');
  describe.each(rows.map((row) => [plain(row.input), row] as const))('%s', (_, { cells }) => {
    it.each(COLUMNS.map((column) => [NAMES[column], cells[column].outcome, column] as const))(
      '%s: %s',
      async (_name, _outcome, column) => {
        const { outcome, application, note } = cells[column];
        const observed = await outcomeOf({ ...application, platform });
        expect(observed.outcome).toBe(outcome);
        if (note?.includes('warning')) expect(observed.warnings.join('\n')).toContain('whitelist');
      },
    );
  });

  describe.each(GRAPHQL_ROWS.map((row) => [plain(row.input), row] as const))('%s', (_, { resolver, cells }) => {
    it.each(COLUMNS.map((column) => [NAMES[column], cells[column].outcome, column] as const))(
      '%s: %s',
      async (_name, _outcome, column) => {
        const { outcome, template, ignore } = cells[column];
        expect(await graphqlOutcome({ platform, resolver, template, ignore })).toBe(outcome);
      },
    );
  });
});

describe('the table of inputs in the README', () => {
  it('has these rows and cells', () => {
    const rows = [...ROWS, ...GRAPHQL_ROWS].map(({ input, cells }) => [
      input,
      ...COLUMNS.map((column) => textOf(cells[column])),
    ]);
    expect(tableOf(README)).toEqual(rows);
  });

  it.each(ROWS.map((row) => [plain(row.input), row] as const))(
    'shows the key and the option that were tried: %s',
    (_, { cells }) => {
      const { template } = methodTextOf({ ...cells.key.application, platform: 'express' });
      const { ignore } = methodTextOf({ ...cells.ignored.application, platform: 'express' });
      const { guard } = cells.ignored.application;
      const option = guard === 'plain' ? 'plainGuards: [PlainGuard]' : `ignore: ['${ignore.join()}']`;
      expect([template, cells.ignored.shows]).toEqual([`item:${cells.key.shows}`, option]);
    },
  );
});

/** Asks twice for each of the visits that differ in one thing that the method reads. */
async function outcomeOf(
  application: Shape & { readonly platform: Platform },
): Promise<{ outcome: string; warnings: readonly string[] }> {
  let started: StartedApplication;
  try {
    started = await StartedApplication.start(application, 'error');
  } catch (error) {
    if (!CacheError.is(error, 'START_UP_REFUSED')) throw error;
    const isNamed = error.details.problems.every(({ message }) => message.includes(`One.${METHOD}`));
    return { outcome: isNamed ? 'refused' : error.message, warnings: [] };
  }
  const visits = visitsOf(application);
  const bodies: string[] = [];
  for (const visit of [...visits, ...visits]) bodies.push((await started.visit(visit, '/one')).body);
  await started.stop();
  const [isRepeated, runs] = [bodies.every((body, index) => body === bodies[index % visits.length]), started.runs];
  const distinct = new Set(bodies).size;
  const outcomes: Record<string, boolean> = {
    apart: isRepeated && distinct === visits.length && runs === visits.length,
    shared: isRepeated && distinct === 1 && runs === 1,
  };
  const outcome = Object.keys(outcomes).find((each) => outcomes[each]) ?? `${runs} runs: ${bodies.join(' ')}`;
  return { outcome, warnings: started.warnings };
}

/** What reads nothing of a request is asked from another address, by nobody. */
function visitsOf(application: Shape & { readonly platform: Platform }): Visit[] {
  const { attributes } = methodTextOf(application);
  const base = attributes.includes('user') ? ONE : { ...ONE, user: undefined };
  const differing = attributes.length === 0 ? (['ip'] as const) : attributes;
  return [base, ...differing.map((name) => ({ ...base, [name]: OTHER[name] }))];
}

/** The cells of the table, row by row. */
function tableOf(text: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(HEADING));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

/** Without the marks of code. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
