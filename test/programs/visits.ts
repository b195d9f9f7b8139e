import { randomToken } from '../../lib/core/token.js';
import type { Articles, Pauses } from './articles.js';

/** Keys that are never asked for again, for what remembers keys. */
export interface Visits {
  /** How many there are at once at first, so that whatever keeps a number of keys is full. */
  readonly first: number;
  /** Whether this process keeps every key, which is what a check of its memory must notice. */
  readonly isLeaking: boolean;
}

const AT_ONCE = 50;
const REST_MS = 100;
/** How many texts are kept for each. */
const LEAK = 10;

/** Resolves after the first ones, and goes on. */
export async function visit(articles: Articles, visits: Visits, between: Pauses['between']): Promise<void> {
  const kept: string[] = [];
  const some = async (): Promise<void> => {
    const ids = Array.from({ length: AT_ONCE }, randomToken);
    await Promise.all(ids.map((id) => articles.visit(id)));
    if (visits.isLeaking)
      for (const id of ids) kept.push(...Array.from({ length: LEAK }, (_, copy) => `${id}:${copy}`));
  };
  for (let count = 0; count < visits.first; count += AT_ONCE) await some();
  const goOn = async (): Promise<never> => {
    for (;;) {
      await some();
      await between(REST_MS, 2 * REST_MS);
    }
  };
  void goOn();
}
