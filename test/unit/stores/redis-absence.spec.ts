import { EventEmitter } from 'node:events';
import { LONGEST_PAUSE } from '../../../lib/resilience/attempts.js';
import { RedisAbsence } from '../../../lib/stores/redis-absence.js';
import { makeClient } from '../../../lib/stores/redis-made-client.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

function bench() {
  const client = new EventEmitter();
  const clock = new FakeClock();
  const absences: number[] = [];
  const absence = new RedisAbsence(client, (length) => absences.push(length), clock);
  return { client, clock, absences, absence };
}

describe('the absence of a Redis', () => {
  it('is no absence before the first connection', () => {
    const { client, absences } = bench();
    client.emit('ready');
    expect(absences).toEqual([]);
  });

  it('is told with its length when it ends, however many attempts that took', async () => {
    const { client, clock, absences } = bench();
    for (const pause of [100, 200, 250]) {
      client.emit('close');
      await clock.advance(pause);
    }
    client.emit('ready');
    client.emit('ready');
    expect(absences).toEqual([550]);
  });

  it('is looked for no more when it was stopped', () => {
    const { client, absences, absence } = bench();
    absence.stop();
    client.emit('close');
    client.emit('ready');
    expect(absences).toEqual([]);
    expect(client.eventNames()).toEqual([]);
  });

  it('takes no longer than the longest pause between attempts once there is a server', async () => {
    const client = await makeClient({ lazyConnect: true } as object, 250);
    const { retryStrategy } = client.options as { retryStrategy?: (attempt: number) => number };
    const pauses = Array.from({ length: 50 }, (_, index) => retryStrategy!(index + 1));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(LONGEST_PAUSE);
    client.disconnect();
  });
});
