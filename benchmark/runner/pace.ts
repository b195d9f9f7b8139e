/** How often per second each of so many callers gets an answer, in total: each asks again as soon as it has one. */
export async function answersPerSecond(callers: number, duration: number, ask: (turn: number) => Promise<unknown>) {
  let answers = 0;
  const begun = performance.now();
  const end = begun + duration;
  const caller = async (first: number): Promise<void> => {
    for (let turn = first; performance.now() < end; turn += callers) {
      await ask(turn);
      answers++;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, index) => caller(index)));
  return answers / ((performance.now() - begun) / 1_000);
}

/** What one answer takes in microseconds, asked one after the other; the clock is looked at once in many turns. */
export async function microsecondsEach(duration: number, ask: (turn: number) => Promise<unknown>): Promise<number> {
  const BATCH = 500;
  let turns = 0;
  const begun = performance.now();
  const end = begun + duration;
  while (performance.now() < end) {
    for (let index = 0; index < BATCH; index++) await ask(turns++);
  }
  return ((performance.now() - begun) * 1_000) / turns;
}

/** @throws where there is no answer within so many milliseconds. */
export async function inTime<T>(answer: Promise<T>, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1_000} s`)), limit);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
