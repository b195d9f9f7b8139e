import { CacheError } from '../core/errors.js';
import type { Answer } from './redis-client.js';
import type { Shard } from './redis-topology.js';

/** The values of some keys, in the order in which they were asked for. */
type Values = Answer<readonly (string | null)[]>;

interface Question {
  readonly names: readonly string[];
  readonly resolve: (values: Values) => void;
  readonly reject: (error: unknown) => void;
}

/** The keys of some questions. */
interface Command {
  readonly names: string[];
  /** Where those of each question are; undefined for a question alone. */
  readonly places?: readonly (readonly number[])[];
}

/** How many questions one command takes at most. */
const MOST_QUESTIONS = 128;

/** A question for more keys than this is a command of its own; with a thousand each, one command would be slow for all. */
const MOST_NAMES = 64;

/**
 * Everything that is asked of one shard in one tick of the event loop, as one command that names each key once. It is
 * sent when all of them have asked, so that nobody gets what was read before; a question that is alone is sent as it is.
 */
export class RedisBatch {
  #together: Question[] = [];
  #apart: Question[] = [];

  constructor(private readonly shard: Shard) {}

  /**
   * @param isLarge a command of its own, behind those of the others: nobody else waits for what it brings.
   * @throws CacheError `STORE_UNAVAILABLE`; `isRepeated` for all but the first of those whom the command was for.
   */
  get(names: readonly string[], isLarge = false): Promise<Values> {
    return new Promise((resolve, reject) => {
      // A microtask would be too early: the others may still be on their way here in microtasks of their own.
      if (this.#together.length + this.#apart.length === 0) process.nextTick(() => this.#send());
      (isLarge || names.length > MOST_NAMES ? this.#apart : this.#together).push({ names, resolve, reject });
    });
  }

  #send(): void {
    const [together, apart] = [this.#together, this.#apart];
    [this.#together, this.#apart] = [[], []];
    for (let start = 0; start < together.length; start += MOST_QUESTIONS) {
      void this.#ask(together.slice(start, start + MOST_QUESTIONS));
    }
    for (const question of apart) void this.#ask([question]);
  }

  async #ask(questions: readonly Question[]): Promise<void> {
    const [first] = questions;
    try {
      const connection = await this.shard.connection('read');
      const { names, places }: Command = questions.length === 1 ? { names: [...first!.names] } : merged(questions);
      const { value, runId } = await connection.send('read', (commands) => commands.mget(names));
      for (const [index, { resolve }] of questions.entries()) {
        resolve({ value: places?.[index]!.map((place) => value[place] ?? null) ?? value, runId });
      }
    } catch (error) {
      first!.reject(error);
      for (const { reject } of questions.slice(1)) reject(repeated(error));
    }
  }
}

/** Each key once, and where those of each question stand among them. */
function merged(questions: readonly Question[]): Command {
  const known = new Map<string, number>();
  const placeOf = (name: string): number => {
    const place = known.get(name) ?? known.size;
    if (place === known.size) known.set(name, place);
    return place;
  };
  const places = questions.map(({ names }) => names.map(placeOf));
  return { names: [...known.keys()], places };
}

function repeated(error: unknown): unknown {
  if (!CacheError.is(error, 'STORE_UNAVAILABLE')) return error;
  return new CacheError('STORE_UNAVAILABLE', { ...error.details, isRepeated: true });
}
