import type { Outage } from '../../../lib/resilience/circuit-breaker.js';
import { CircuitBreaker } from '../../../lib/resilience/circuit-breaker.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

const failure = new Error('it failed');

/** A breaker that opens after three failures, and what it said. */
function bench() {
  const clock = new FakeClock();
  const said: string[] = [];
  const outages: Outage[] = [];
  const works = { probe: false, probes: 0, during: (): unknown => undefined };
  const breaker = new CircuitBreaker({
    clock,
    threshold: 3,
    chance: { next: () => 1 },
    probe: async () => {
      works.probes++;
      works.during();
      if (!works.probe) throw failure;
    },
    opened: (outage) => {
      said.push('opened');
      outages.push(outage);
    },
    closed: () => said.push('closed'),
  });
  const failTimes = (times: number): void => {
    for (let time = 0; time < times; time++) breaker.failed(failure);
  };
  return { clock, said, outages, works, breaker, failTimes };
}

describe('a circuit breaker', () => {
  it('lets calls through while fewer than the threshold have failed in a row', () => {
    const { breaker, said, failTimes } = bench();
    failTimes(2);
    breaker.succeeded();
    failTimes(2);
    expect(breaker.refusal()).toBeUndefined();
    expect(said).toEqual([]);
  });

  it('opens at the threshold, says so once, and counts what it refuses', () => {
    const { breaker, said, outages, failTimes } = bench();
    failTimes(5);
    breaker.refusal();
    breaker.refusal();
    expect(said).toEqual(['opened']);
    expect(outages[0]).toMatchObject({ error: failure, refused: 2 });
  });

  it('opens at once when it is told to', () => {
    const { breaker } = bench();
    breaker.open(failure);
    expect(breaker.state.kind).toBe('open');
  });

  it('probes once more, at once, when a probe fails that began before it could be reached again', async () => {
    const { breaker, clock, works, said } = bench();
    breaker.open(failure);
    works.during = () => works.probes === 1 && breaker.probeNow();
    await clock.advance(100);
    expect(works.probes).toBe(2);
    works.probe = true;
    await clock.advance(100);
    expect(said).toEqual(['opened']);
  });

  it('probes after 100 milliseconds, then less often, but at least four times a second', async () => {
    const { breaker, clock, works } = bench();
    breaker.open(failure);
    const moments: number[] = [];
    works.during = () => moments.push(clock.monotonic());
    for (let step = 0; step < 120; step++) await clock.advance(10);
    expect(moments).toEqual([100, 300, 550, 800, 1_050]);
  });

  it('began to fail when somebody says so, also later', () => {
    const { breaker, outages, clock } = bench();
    breaker.open(failure);
    breaker.open(failure, 3_000);
    expect(outages[0]!.since).toBe(clock.monotonic() - 3_000);
    breaker.open(failure, 10);
    expect(outages[0]!.since).toBe(clock.monotonic() - 3_000);
  });

  it('counts the pause from when a probe began', async () => {
    const { breaker, clock, works } = bench();
    works.during = () => works.probes === 1 && clock.stall(200);
    breaker.open(failure);
    await clock.advance(100);
    await clock.advance(201);
    expect(works.probes).toBe(2);
  });

  it('closes when a probe succeeds, and says so once', async () => {
    const { breaker, clock, works, said } = bench();
    breaker.open(failure);
    works.probe = true;
    await clock.advance(100);
    expect(breaker.refusal()).toBeUndefined();
    expect(said).toEqual(['opened', 'closed']);
    await clock.advance(10_000);
    expect(works.probes).toBe(1);
  });

  it('refuses calls while its probe is under way', async () => {
    const { breaker, clock, works } = bench();
    breaker.open(failure);
    const kinds: string[] = [];
    works.during = () => kinds.push(breaker.state.kind, String(breaker.refusal() !== undefined));
    await clock.advance(100);
    expect(kinds).toEqual(['half-open', 'true']);
  });

  it('probes again at once when it is opened while a probe is under way', async () => {
    const { breaker, clock, works, said } = bench();
    breaker.open(failure);
    works.probe = true;
    works.during = () => {
      if (works.probes === 1) breaker.open(failure);
    };
    await clock.advance(100);
    expect(works.probes).toBe(2);
    expect(said).toEqual(['opened', 'closed']);
  });

  it('ignores failures of calls that began before it opened', async () => {
    const { breaker, clock, works, said, failTimes } = bench();
    breaker.open(failure);
    failTimes(3);
    works.probe = true;
    await clock.advance(100);
    failTimes(2);
    expect(said).toEqual(['opened', 'closed']);
    expect(breaker.refusal()).toBeUndefined();
  });

  it('leaves no timer behind when it is stopped, not even by a probe under way', async () => {
    const { breaker, clock, works } = bench();
    breaker.open(failure);
    works.during = () => void breaker.stop();
    await clock.advance(100);
    expect(clock.pending).toBe(0);
    expect(works.probes).toBe(1);
  });
});
