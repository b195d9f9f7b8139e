import { percentile } from './percentile.js';

/** A value and when it was measured. */
export type Sample = readonly [time: number, value: number];

/** How fast something grows, and which growth would mean nothing, both for each unit of time. */
export interface Trend {
  readonly slope: number;
  readonly noise: number;
}

/** How many of the samples the swing leaves out at either end, as a share. */
const WILD = 0.025;

/**
 * The slope of Theil and Sen, the median of the slopes between any two samples, which a few wild ones do not move. Noise
 * is a growth that adds, from the first sample to the last, no more than samples swing around that slope anyhow.
 */
export function trendOf(samples: readonly Sample[]): Trend {
  const slope = slopeOf(samples);
  const rest = samples.map(([time, value]) => value - slope * time).sort((one, other) => one - other);
  const wild = Math.floor(rest.length * WILD);
  const swing = rest.at(-1 - wild)! - rest[wild]!;
  return { slope, noise: swing / (samples.at(-1)![0] - samples[0]![0]) };
}

function slopeOf(samples: readonly Sample[]): number {
  const slopes = samples.flatMap(([time, value], index) =>
    samples.slice(index + 1).map(([later, other]) => (other - value) / (later - time)),
  );
  return percentile(slopes, 0.5);
}
