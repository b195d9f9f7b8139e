import { CacheError } from '../core/errors.js';
import { groupBy } from '../core/group-by.js';
import type { Shard } from './redis-topology.js';

/** What one reader asks for: the values of some keys, and the generations of some groups. */
export interface Question {
  readonly names: readonly string[];
  readonly groups: readonly string[];
  /** Whether it is to be a command of its own, behind those of the others: nobody else waits for what it brings. */
  readonly isLarge?: boolean;
}

export interface Reply {
  /** In the order of the names; what stands behind them is for nobody. */
  readonly values: readonly (string | null)[];
  /** Those that the reader asked for, and whatever others asked for in the same command. */
  readonly generations: ReadonlyMap<string, string | null>;
  /** Of the server process that answered; undefined where that is not known. */
  readonly runId: string | undefined;
}

interface Asked extends Question {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** What some readers ask for together: each name and group once. */
interface Union extends Pick<Question, 'names' | 'groups'> {
  /** Where the names of each reader are; undefined for a reader alone. */
  readonly places?: readonly (readonly number[])[];
}

/** How many questions one command takes at most. */
const MOST_QUESTIONS = 128;

/** How many readers get their answers at once: what these ask next is on its way while the others read theirs. */
const MOST_ANSWERS = 16;

/** A question for more keys than this is a command of its own; with a thousand each, one command would be slow for all. */
const MOST_NAMES = 64;

/**
 * Everything that is asked of one shard together, as one command that names each key once. It is
 * sent when all of them have asked, so that nobody gets what was read before; a question that is alone is sent as it is.
 */
export class RedisBatch {
  #together: Asked[] = [];
  #apart: Asked[] = [];
  /** How many commands have no answer yet. */
  #onTheirWay = 0;

  constructor(private readonly shard: Shard) {}

  /** @throws CacheError `STORE_UNAVAILABLE`; `isRepeated` for all but the first of those whom the command was for. */
  ask({ names, groups, isLarge = false }: Question): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#together.length + this.#apart.length === 0) this.#soon(() => this.#send());
      const isApart = isLarge || names.length + groups.length > MOST_NAMES;
      (isApart ? this.#apart : this.#together).push({ names, groups, resolve, reject });
    });
  }

  #send(): void {
    const [together, apart] = [this.#together, this.#apart];
    [this.#together, this.#apart] = [[], []];
    for (let start = 0; start < together.length; start += MOST_QUESTIONS) {
      void this.#answer(together.slice(start, start + MOST_QUESTIONS));
    }
    // Who asks for no entry has a command alone.
    for (const readers of groupBy(apart, (reader) => reader.names[0] ?? reader).values()) void this.#answer(readers);
  }

  /**
   * A microtask would be too early: the others may still be on their way here in microtasks of their own. While an answer
   * is on its way, whoever comes in other callbacks of this turn of the event loop is waited for, too (as in Nagle's
   * algorithm, RFC 896): a reader alone never waits, and many requests that arrive together are one command.
   */
  #soon(send: () => void): void {
    if (this.#onTheirWay === 0) process.nextTick(send);
    else setImmediate(send);
  }

  async #answer(readers: readonly Asked[]): Promise<void> {
    const [first] = readers;
    try {
      const union: Union = readers.length === 1 ? first! : unionOf(readers);
      const { values, ...reply } = await this.#replyTo(union);
      for (const [index, { resolve }] of readers.entries()) {
        if (index > 0 && index % MOST_ANSWERS === 0) await nextTick();
        const own = union.places?.[index]!.map((place) => values[place] ?? null) ?? values;
        resolve({ values: own, ...reply });
      }
    } catch (error) {
      first!.reject(error);
      for (const { reject } of readers.slice(1)) reject(repeated(error));
    }
  }

  async #replyTo({ names, groups }: Union): Promise<Reply> {
    this.#onTheirWay++;
    try {
      const keys = [...names, ...this.shard.keys.generations(groups)];
      const connection = await this.shard.connection('read');
      const { value: values, runId } = await connection.send('read', (commands) => commands.mget(keys));
      const generations = new Map<string, string | null>();
      for (const [index, group] of groups.entries()) generations.set(group, values[names.length + index] ?? null);
      return { values, generations, runId };
    } finally {
      this.#onTheirWay--;
    }
  }
}

/** What is asked until then is sent in the same tick; to a single server before the next readers ask. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Readers of entries that stand side by side often have one list of groups. */
function unionOf(readers: readonly Question[]): Union {
  const names = new Map<string, number>();
  const placeOf = (name: string): number => {
    const place = names.get(name) ?? names.size;
    if (place === names.size) names.set(name, place);
    return place;
  };
  const places = readers.map((reader) => reader.names.map(placeOf));
  const lists = new Set(readers.map(({ groups }) => groups));
  const groups = new Set([...lists].flat());
  return { names: [...names.keys()], groups: [...groups], places };
}

function repeated(error: unknown): unknown {
  if (!CacheError.is(error, 'STORE_UNAVAILABLE')) return error;
  return new CacheError('STORE_UNAVAILABLE', { ...error.details, isRepeated: true });
}
