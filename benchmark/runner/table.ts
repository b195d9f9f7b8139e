import type { Column, Goal, Scenario } from '../scenario.js';
import { columnOf, comparedWithLimit, verdicts } from './figures.js';
import type { Spread, Verdict } from './figures.js';
import type { Row } from './rounds.js';

/** A table as Markdown, padded so that it can be read in a terminal as well. */
export function tableOf(scenario: Scenario, rows: readonly Row[]): string {
  const { columns, limit } = scenario;
  const comparison = limit ? [limit.by === 'factor' ? `× ${limit.entrant}` : `more than ${limit.entrant}`] : [];
  const head = ['', ...columns.map(({ name }) => name), ...comparison];
  const cells = rows.map((row) => [row.entrant, ...cellsOf(scenario, rows, row)]);
  return markdown([head, ...cells]);
}

/** One line for each goal. */
export function goalsOf(scenario: Scenario, rows: readonly Row[]): string[] {
  return verdicts(scenario, rows).map((verdict) => {
    const { goal, value, isReached } = verdict;
    const found = value === undefined ? 'not measured' : `${value.toFixed(digitsOf(scenario, goal))}`;
    return `Goal: ${goalText(scenario, verdict)}. ${isReached ? 'Reached' : 'Not reached'}: ${found}.`;
  });
}

/** Rows of equal length as a Markdown table. */
export function markdown([head, ...rows]: readonly (readonly string[])[]): string {
  const all = [head!, ...rows];
  const widths = head!.map((_, column) => Math.max(3, ...all.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head!), rule, ...rows.map(line)].join('\n');
}

function goalText({ limit }: Scenario, { goal }: Verdict): string {
  if (goal.of === 'median') return `${goal.column} ${goal.is} ${goal.bound}`;
  const unit = limit!.by === 'factor' ? `× ${limit!.entrant}` : `${goal.column} more than ${limit!.entrant}`;
  return `${goal.is} ${goal.bound} ${unit}`;
}

function digitsOf({ columns }: Scenario, { column, of }: Goal): number {
  return of === 'limit' ? 2 : (columns.find(({ name }) => name === column)?.digits ?? 2);
}

function cellsOf(scenario: Scenario, rows: readonly Row[], row: Row): string[] {
  const { columns, limit } = scenario;
  const missing = row.cannot !== undefined ? '-' : 'failed';
  const values = columns.map((column) => median(column, columnOf(row, column.name)) ?? missing);
  if (!limit) return values;
  const compared = comparedWithLimit(scenario, rows, row);
  return [...values, row.entrant === limit.entrant ? '' : withSpread(compared)];
}

function median({ digits }: Column, spread: Spread | undefined): string | undefined {
  return spread?.median.toFixed(digits);
}

function withSpread(spread: Spread | undefined): string {
  if (!spread) return '';
  const { median, least, most } = spread;
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}
