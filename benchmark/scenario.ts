/** One figure that a round yields. */
export interface Column {
  readonly name: string;
  readonly digits: number;
}

/** What we go for. */
export interface Goal {
  readonly column: string;
  /** The median of the column, or of what it is compared with: see `Scenario.limit`. */
  readonly of: 'median' | 'limit';
  readonly is: '≤' | '≥';
  readonly bound: number;
  /** A promise of nestash: the run fails where it is not kept in every round. Other goals are about time, and only reported. */
  readonly isPromise?: boolean;
}

/** The figures of one round, by the names of columns. */
export type Figures = Readonly<Record<string, number>>;

/** One entrant in its process, ready to be measured. */
export interface Bench {
  /** @throws where an answer is wrong. */
  round(): Promise<Figures>;
  close?(): Promise<void>;
}

/** What every process of a run is told; it is sent to them. */
export interface Given {
  /** Less of everything: the figures mean nothing, but everything runs. */
  readonly isQuick: boolean;
  /** The URLs of the servers that the scenario needs. */
  readonly urls: readonly string[];
  /** The number of the entrant, for what must not be shared: a database of the server. */
  readonly lane: number;
}

export interface Servers {
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** One row of what is to be shown: how it is measured, whom, and what we go for. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** One or two sentences for the reader of the results. */
  readonly how: string;
  /** The first is what entrants are compared by. */
  readonly columns: readonly Column[];
  readonly entrants: readonly string[];
  /** The entrant that the others are compared with, round by round: how many times its figure, or how much more. */
  readonly limit?: { readonly entrant: string; readonly by: 'factor' | 'difference' };
  /** Left out: as many as the run has. */
  readonly rounds?: number;
  /** Each round has a process of its own. */
  readonly isFreshEachRound?: boolean;
  /** Left out: production. */
  readonly environment?: 'development';
  readonly goals: readonly Goal[];
  servers?(isQuick: boolean): Promise<Servers>;
  /** @throws Cannot */
  open(entrant: string, given: Given): Promise<Bench>;
}
