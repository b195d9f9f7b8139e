// Lets a Redis fail in every way under load, and prints what the applications that use it answered meanwhile.
import { redisStore } from 'nestash';
import { percentile } from '../support/percentile.js';
import { RedisServer } from '../support/redis.js';
import { FAILOVERS, cluster, sentinels } from './failovers.js';
import type { Fault } from './fault.js';
import { CONTROL, FAULTS } from './faults.js';
import type { Row } from './run.js';
import { run } from './run.js';
import { Database, Shop } from './shop.js';

/** What a call costs more than one without a cache while Redis hangs and is left alone, in milliseconds. */
async function costOfOutage(): Promise<number> {
  const server = await RedisServer.start();
  const shop = await Shop.open(new Database(), redisStore(server.url));
  server.pause();
  await Promise.all([1, 2, 3].map((id) => shop.items.find(id)));
  const [cached, plain] = [await timeOf(() => shop.items.quick()), await timeOf(() => shop.items.plain())];
  server.resume();
  await shop.close();
  await server.stop();
  return cached - plain;
}

/** The median of many calls, in milliseconds. */
async function timeOf(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 5_000; count++) {
    const begun = performance.now();
    await call();
    times.push(performance.now() - begun);
  }
  return percentile(times, 0.5);
}

/** Whether a row is as it must be. */
function isRight({ mayBeStale }: Fault, { tally, normalAfter }: Row): boolean {
  const mustBeFresh = (item: number) => mayBeStale === undefined || mayBeStale.items?.has(item) === false;
  return tally.failed === 0 && normalAfter !== undefined && ![...tally.staleItems].some(mustBeFresh);
}

function print({ name, tally, normalAfter }: Row): void {
  const { requests, correct, stale, failed, times } = tally;
  const share = `${((100 * correct) / requests).toFixed(2)} %`;
  const [median, slow] = [0.5, 0.99].map((each) => `${percentile(times, each).toFixed(1)} ms`);
  const normal = normalAfter === undefined ? 'never' : `${Math.round(normalAfter)} ms`;
  const cells = [requests, share, stale, failed, median!, slow!, normal].map((cell) => String(cell).padStart(9));
  console.log(`${name.padEnd(40)}${cells.join(' ')}`);
}

const wanted = process.argv.slice(2);
const all = [...FAULTS, ...FAILOVERS];
const faults = all.filter(({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)));
// They take long to start, and others can be measured meanwhile.
if (faults.some((fault) => FAILOVERS.includes(fault))) for (const group of [sentinels, cluster]) void group.get();

const heads = ['requests', 'correct', 'stale', 'failed', 'p50', 'p99', 'normal'].map((head) => head.padStart(9));
console.log(`${'Redis …'.padEnd(40)}${heads.join(' ')}`);
let mistakes = 0;
for (const fault of faults) {
  const row = await run(fault);
  print(row);
  if (!isRight(fault, row)) mistakes++;
  if (fault.mayBeStale) console.log(`  stale answers are possible here: ${fault.mayBeStale.why}`);
}
await Promise.all([sentinels.stop(), cluster.stop()]);

const control = await run(CONTROL, 200);
print(control);
if (control.tally.failed === 0) {
  mistakes++;
  console.log('  The control did not fail, so the other rows prove nothing.');
}
const cost = await costOfOutage();
console.log(`\nA call while Redis is left alone costs ${cost.toFixed(3)} ms more than one without a cache`);
if (cost >= 1) mistakes++;
console.log(
  mistakes === 0 ? `\n${faults.length} faults, every row as it must be` : `\n${mistakes} rows are not as they must be`,
);
process.exit(mistakes === 0 ? 0 : 1);
