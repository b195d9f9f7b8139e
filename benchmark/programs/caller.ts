// One of the processes of a stampede: many callers of one key at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { answer } from '../../test/programs/answering.js';
import { adapterOf } from '../adapters/adapters.js';

export interface Configuration {
  readonly entrant: string;
  readonly url: string;
}

export interface Burst {
  readonly key: string;
  readonly callers: number;
  /** How long the loader takes, in milliseconds. */
  readonly duration: number;
}

export interface Answered {
  /** How often the loader ran here. */
  readonly runs: number;
  /** In milliseconds. */
  readonly times: readonly number[];
}

const { entrant, url } = JSON.parse(process.argv[2]!) as Configuration;
const cache = await (await adapterOf(entrant)).redis!(url);

answer({ burst });

async function burst({ key, callers, duration }: Burst): Promise<Answered> {
  let runs = 0;
  const load = async () => {
    runs++;
    await sleep(duration);
    return { key };
  };
  const call = async (): Promise<number> => {
    const begun = performance.now();
    const value = await cache.getOrSet(key, load);
    if (value.key !== key) throw new Error('another value');
    return performance.now() - begun;
  };
  const times = await Promise.all(Array.from({ length: callers }, call));
  return { runs, times };
}
