import { SlowCalls } from '../../../lib/resilience/slow-calls.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

function bench() {
  const clock = new FakeClock();
  let slow = 0;
  const calls = new SlowCalls(100, () => slow++, clock);
  /** A call that is answered after so many milliseconds. */
  const ask = (time: number): Promise<string> => {
    const work = new Promise<string>((resolve) => void clock.after(time, () => resolve('done')));
    return calls.watch(work, () => new Error('late'));
  };
  /** Several, one after the other. */
  const askInTurn = async (...times: readonly number[]): Promise<void> => {
    for (const time of times) {
      const asked = ask(time);
      await clock.advance(time);
      await asked;
    }
  };
  return { clock, ask, askInTurn, slow: () => slow };
}

describe('calls that may be slow', () => {
  it('are told of when three in a row took more than half of their deadline', async () => {
    const { askInTurn, slow } = bench();
    await askInTurn(60, 60);
    expect(slow()).toBe(0);
    await askInTurn(60);
    expect(slow()).toBe(1);
  });

  it('are told of again as long as they stay so', async () => {
    const { askInTurn, slow } = bench();
    await askInTurn(60, 60, 60, 60, 10, 60);
    expect(slow()).toBe(2);
  });

  it('are as usual while a fast one is between them', async () => {
    const { askInTurn, slow } = bench();
    await askInTurn(60, 60, 40, 60, 60);
    expect(slow()).toBe(0);
  });

  it('count once when they were under way together', async () => {
    const { clock, ask, slow } = bench();
    const asked = Array.from({ length: 10 }, () => ask(60));
    await clock.advance(60);
    await Promise.all(asked);
    expect(slow()).toBe(0);
  });

  it('are not slow when this process stood still', async () => {
    let slow = 0;
    const calls = new SlowCalls(100, () => slow++);
    for (let time = 0; time < 5; time++) {
      const answer = new Promise((resolve) => void setImmediate(resolve));
      const asked = calls.watch(answer, () => new Error('late'));
      const begun = performance.now();
      while (performance.now() - begun < 80);
      await asked;
    }
    expect(slow).toBe(0);
  });

  it('are rejected at their deadline, which says nothing about their pace', async () => {
    const { clock, ask, slow } = bench();
    for (let time = 0; time < 5; time++) {
      const asked = expect(ask(1_000)).rejects.toThrow('late');
      await clock.advance(99);
      await clock.advance(1);
      await asked;
    }
    expect(slow()).toBe(0);
  });

  it('leave no timer behind', async () => {
    const { clock, askInTurn } = bench();
    await askInTurn(10, 60);
    expect(clock.pending).toBe(0);
  });
});
