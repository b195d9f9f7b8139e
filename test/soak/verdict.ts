import { trendOf } from '../support/trend.js';
import type { Member } from './member.js';
import type { Site } from './site.js';

/** Of what was asked of the store while nothing was broken; below it the rest would prove little. */
const LEAST_HITS = 0.25;

/** Prints what happened at a site, and returns what must not be so. */
export function judge(site: Site, isLong: boolean): string[] {
  const { settings, reads, writes, quiet, violations, unexplained, errors, schedule } = site;
  const problems: string[] = [];
  const hits = quiet.found / quiet.asked;
  const faults = [...settings.troubles.counts, ...Object.entries(site.counts)];
  console.log(`\n${settings.name}: ${faults.map(([what, count]) => `${what} ${count}`).join(', ')}`);
  console.log(
    `  ${reads} reads, ${writes} writes; stale: ${violations.length}, of which deletions that a replica missed: ` +
      `${violations.length - unexplained.length}; hits while nothing was broken: ${inPercent(hits)} of ${quiet.asked}`,
  );
  if (unexplained.length > 0) problems.push(`stale reads, the first: ${JSON.stringify(unexplained[0])}`);
  if (errors.length > 0) problems.push(`in the log: ${errors[0]}`);
  // No number at all is too few as well.
  if (!(hits >= LEAST_HITS)) problems.push(`less than ${inPercent(LEAST_HITS)} of the reads of the store were hits`);
  if (isLong && !schedule.isComplete) problems.push('not everything happened that may happen');
  return problems.map((problem) => `${settings.name}: ${problem}`);
}

/**
 * Prints how the memory of processes grew since a time, and returns what must not be so. What any of them swings by is
 * noise for all, and a known leak has to be above it.
 */
export function judgeMemory(members: readonly Member[], since: number): string[] {
  const kinds = ['resident', 'used'] as const;
  return kinds.flatMap((kind) => {
    const trends = members.map((member) => trendOf(member[kind].filter(([time]) => time >= since)));
    const noise = Math.max(...trends.map((trend) => trend.noise));
    console.log(`  ${kind.padEnd(30)}${'noise'.padEnd(8)}${inKibibytes(noise)}`);
    return members.flatMap(({ store, leak }, index) => {
      const { slope } = trends[index]!;
      const name = leak > 0 ? `${store}, leaking ${leak / 1_024}` : store;
      console.log(`    ${name.padEnd(28)}${'slope'.padEnd(8)}${inKibibytes(slope)}`);
      if (leak > 0 === slope > noise) return [];
      return [leak > 0 ? `A leak goes unnoticed, ${kind}` : `${name}: the memory grows, ${kind}`];
    });
  });
}

function inKibibytes(value: number): string {
  return value.toFixed(1).padStart(8);
}

function inPercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
