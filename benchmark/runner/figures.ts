import type { Goal, Scenario } from '../scenario.js';
import type { Row } from './rounds.js';

/** A figure over all rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Verdict {
  readonly goal: Goal;
  readonly value: number | undefined;
  readonly isReached: boolean;
}

/** What the entrants are called that goals are about. */
export const OURS = 'nestash';

export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

export function columnOf(row: Row, column: string): Spread | undefined {
  return spreadOf(row.figures.flatMap((figures) => figures[column] ?? []));
}

/** What a row is compared with the limit of the same rounds; undefined where one of them has no figures. */
export function comparedWithLimit(scenario: Scenario, rows: readonly Row[], row: Row): Spread | undefined {
  const { limit, columns } = scenario;
  const limits = rows.find(({ entrant }) => entrant === limit?.entrant)?.figures ?? [];
  const column = columns[0]!.name;
  return spreadOf(
    row.figures.flatMap((figures, round) => {
      const [own, other] = [figures[column], limits[round]?.[column]];
      if (own === undefined || other === undefined) return [];
      return [limit!.by === 'factor' ? own / other : own - other];
    }),
  );
}

/** The row that goals are about; undefined where the scenario has nothing to show, since this release lacks what it is about. */
export function ourRow(rows: readonly Row[]): Row | undefined {
  return rows.find(({ entrant, cannot }) => entrant.startsWith(OURS) && cannot === undefined);
}

export function verdicts(scenario: Scenario, rows: readonly Row[]): Verdict[] {
  const ours = ourRow(rows);
  return scenario.goals.map((goal) => {
    const spread =
      ours && (goal.of === 'limit' ? comparedWithLimit(scenario, rows, ours) : columnOf(ours, goal.column));
    const value = spread && judged(goal, spread);
    return { goal, value, isReached: value !== undefined && isReached(goal, value) };
  });
}

/** A promise is to be kept in every round. */
function judged({ is, isPromise }: Goal, { median, least, most }: Spread): number {
  if (!isPromise) return median;
  return is === '≤' ? most : least;
}

function isReached({ is, bound }: Goal, value: number): boolean {
  return is === '≤' ? value <= bound : value >= bound;
}
