import type { Subject } from '../programs/allocations.js';
import { Programs } from '../support/programs.js';

const DEADLINE_MS = 120_000;
/** Nothing is collected while it is measured. */
const ROOM = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
/** What a hit may take besides the call of a method, in bytes. It is 1,500 to 1,700 on Node 20. */
const MOST = 2_000;
/** The key with its prefix, an event, and what the log is given. */
const LEAST_OF_DEBUG = 400;

let programs: Programs;

beforeAll(() => {
  programs = Programs.build();
}, DEADLINE_MS);

afterEach(() => programs.end());

afterAll(() => programs.stop());

/** How many bytes one call takes, each in a process of its own. */
async function bytesOf<S extends Subject>(...subjects: S[]): Promise<Record<S, number>> {
  const started = await programs.start(
    'allocations',
    subjects.map(() => ({})),
    ROOM,
  );
  const bytes = await Promise.all(
    subjects.map(async (subject, index) => [subject, await started[index]!.ask<number>('bytes', subject)] as const),
  );
  if (process.env['NESTASH_FIGURES']) console.log(bytes);
  return Object.fromEntries(bytes) as Record<S, number>;
}

describe('a hit in memory', () => {
  it(
    'takes little memory, and nothing for a log that is off',
    async () => {
      const { method, shared, sharedInDebug } = await bytesOf('method', 'shared', 'sharedInDebug');
      expect(shared - method).toBeLessThan(MOST);
      expect(sharedInDebug - shared).toBeGreaterThan(LEAST_OF_DEBUG);
    },
    DEADLINE_MS,
  );

  it(
    'takes little more than its copy',
    async () => {
      const { copied, shared, copy } = await bytesOf('copied', 'shared', 'copy');
      expect(copy - shared).toBeLessThan(1.5 * copied);
    },
    DEADLINE_MS,
  );
});
