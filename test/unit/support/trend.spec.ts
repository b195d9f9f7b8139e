import { trendOf } from '../../support/trend.js';
import type { Sample } from '../../support/trend.js';

/** One sample a second, for two minutes. */
function samples(valueAt: (second: number) => number): Sample[] {
  return Array.from({ length: 120 }, (_, second) => [second, valueAt(second)] as const);
}

/** Grows by 100 within ten seconds and falls back. */
const sawtooth = (second: number): number => 10 * (second % 10);

describe('a trend', () => {
  it('is that of most samples, whatever a few of them are', () => {
    const { slope, noise } = trendOf(samples((second) => (second % 50 === 7 ? 1e9 : 3 * second)));
    expect(slope).toBeCloseTo(3);
    expect(noise).toBeLessThan(0.01);
  });

  it('is within the noise where values only swing', () => {
    const { slope, noise } = trendOf(samples(sawtooth));
    expect(Math.abs(slope)).toBeLessThan(noise);
    expect(noise).toBeLessThan(1);
  });

  it('is above the noise where values grow by more than they swing', () => {
    const { slope, noise } = trendOf(samples((second) => second + sawtooth(second)));
    expect(slope).toBeGreaterThan(noise);
  });
});
