import fc from 'fast-check';
import { CacheError } from '../../lib/index.js';
import type { Refusal } from '../support/random-applications/leaks.js';
import { play, startOrRefuse } from '../support/random-applications/leaks.js';
import { methodTextOf } from '../support/random-applications/method-source.js';
import type { Pasted, RandomApplication } from '../support/random-applications/random-application.js';
import { randomApplications, traffics } from '../support/random-applications/random-application.js';

const APPLICATIONS = 1000;
/** `RANDOM_SEED=7 npm run test:e2e` tries a thousand others. */
const SEED = Number(process.env['RANDOM_SEED'] ?? 20_261_121);
const PASTED = 150;
const DEADLINE_MS = 300_000;

describe('a thousand random applications', () => {
  const seen = new Set<string>();
  const count = { refused: 0, started: 0, withHits: 0, leaking: 0 };

  it(
    'refuse to start, or answer as if there were no cache',
    async () => {
      const property = fc.asyncProperty(randomApplications, traffics, async (application, traffic) => {
        const shape = JSON.stringify(application);
        fc.pre(!seen.has(shape));
        seen.add(shape);
        const unchecked = await play(application, 'off', traffic);
        // What no mode lets start would prove nothing about keys.
        if (unchecked instanceof CacheError) throw unchecked;
        const checked = await play(application, 'error', traffic);
        if (unchecked.leaks.length > 0) count.leaking++;
        if (checked instanceof CacheError) {
          count.refused++;
          return;
        }
        count.started++;
        if (checked.hits > 0) count.withHits++;
        if (checked.leaks.length > 0) throw new Error(`${textOf(application)}\n${JSON.stringify(checked.leaks[0])}`);
      });
      await fc.assert(property, { numRuns: APPLICATIONS, seed: SEED });
    },
    DEADLINE_MS,
  );

  it(
    'start and answer right once what the report says is pasted in',
    async () => {
      const property = fc.asyncProperty(randomApplications, traffics, async (application, traffic) => {
        // Two methods that make the same keys need another path, which only a developer can choose.
        fc.pre(application.twin === 'none' && application.inheritance !== 'heirs');
        const refused = await startOrRefuse(application, 'error');
        if (!(refused instanceof CacheError)) await refused.stop();
        fc.pre(refused instanceof CacheError);
        const mended = { ...application, pasted: pastedFrom(refused) };
        const checked = await play(mended, 'error', traffic);
        const found = checked instanceof CacheError ? checked.message : JSON.stringify(checked.leaks[0]);
        if (found !== undefined) throw new Error(`${textOf(application)}\n${refused.message}\n${found}`);
      });
      await fc.assert(property, { numRuns: PASTED, seed: SEED });
    },
    DEADLINE_MS,
  );

  it('are a thousand different ones', () => {
    expect(seen.size).toBe(APPLICATIONS);
  });

  it('leak in at least three of ten cases where keys are not checked', () => {
    console.log(`Seed ${SEED}: ${JSON.stringify(count)}`);
    expect(count.leaking).toBeGreaterThanOrEqual(APPLICATIONS * 0.3);
  });

  it('start in at least one of four cases although keys are checked, and hit', () => {
    expect(count.withHits).toBeGreaterThanOrEqual(APPLICATIONS * 0.25);
  });
});

/** What the report tells the developer to write. */
function pastedFrom({ details }: Refusal): Pasted {
  const [{ message } = { message: '' }] = details.problems;
  const remedy = message.slice(message.indexOf('\n') + 1);
  const ignore = /(?:with|write) ignore: \[([^\]]*)\]/.exec(remedy)?.[1]?.match(/[^', ]+/g);
  const key = /^Write '([^']+)'/.exec(remedy)?.[1];
  const takes = /^Write a key function that takes \(([^)]*)\)/.exec(remedy)?.[1];
  return {
    ...(key !== undefined && { key }),
    ...(ignore && { ignore }),
    ...(takes !== undefined && { takes }),
  };
}

/** The cached method as somebody would write it. */
function textOf(application: RandomApplication): string {
  const { parameters, template, keyFunction, ignore, inputs } = methodTextOf(application);
  const reads = inputs.flatMap(({ reads: expressions }) => expressions).join(', ');
  const { form, scope } = application;
  const key = { template: `${scope}:blog:${template}`, catalog: template, function: keyFunction, derived: '' }[form];
  return `@Cacheable(${key}, { ignore: [${ignore.join()}] }) find(${parameters}) reads ${reads}`;
}
