import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache, CallOptions } from '../adapter.js';
import { inTime } from '../runner/pace.js';

const LONGEST_READ = 5_000;
const A_MOMENT = 30;
const TAG = 'news';

/** One way to tell a cache that something has changed. */
interface Invalidation {
  readonly name: string;
  isKnownTo(cache: Cache): boolean;
  /** What reads say, for it to reach them. */
  readonly options?: CallOptions<string>;
  run(cache: Cache, story: Story): Promise<void>;
}

/** What is read and loaded in one case. */
class Story {
  readonly key: string;
  #stored = 'old';
  #loads = 0;
  /** Called when the first load may return. */
  release = (): void => {};
  /** When the first load has read what is stored. */
  readonly reading: Promise<void>;
  #reads = (): void => {};

  constructor(
    readonly path: string,
    private readonly invalidation: Invalidation,
  ) {
    this.key = `${path}:post`;
    this.reading = new Promise((resolve) => (this.#reads = resolve));
  }

  read(cache: Cache): Promise<string> {
    return cache.getOrSet(this.key, () => this.#load(), this.invalidation.options);
  }

  /** Commits the new value and invalidates; what begins after that must see it. */
  async write(cache: Cache): Promise<void> {
    this.#stored = 'new';
    await this.invalidation.run(cache, this);
  }

  /** The first load takes what it has read, and returns it late. */
  async #load(): Promise<string> {
    const found = this.#stored;
    if (++this.#loads > 1) return found;
    const released = new Promise<void>((resolve) => (this.release = resolve));
    this.#reads();
    await released;
    return found;
  }
}

interface Load {
  readonly done: Promise<unknown>;
}

/** When it happens, seen from the load; returns what a read that begins after the invalidation gets. */
interface Moment {
  readonly name: string;
  run(story: Story, here: Cache, elsewhere: Cache): Promise<string>;
}

export const INVALIDATIONS: readonly Invalidation[] = [
  { name: 'exact key', isKnownTo: () => true, run: (cache, { key }) => cache.delete(key) },
  {
    name: 'path above it',
    isKnownTo: ({ deleteBelow }) => deleteBelow !== undefined,
    run: (cache, { path }) => cache.deleteBelow!(path),
  },
  {
    name: 'tag',
    isKnownTo: ({ deleteTag }) => deleteTag !== undefined,
    options: { tags: [TAG] },
    run: (cache) => cache.deleteTag!(TAG),
  },
  {
    name: 'tag from the result',
    isKnownTo: ({ deleteTag, takesLateTags }) => deleteTag !== undefined && takesLateTags === true,
    options: { lateTags: () => [TAG] },
    run: (cache) => cache.deleteTag!(TAG),
  },
  { name: 'everything', isKnownTo: () => true, run: (cache) => cache.clear() },
  { name: 'the new value put in its place', isKnownTo: () => true, run: (cache, { key }) => cache.set(key, 'new') },
];

export const MOMENTS: readonly Moment[] = [
  {
    name: 'while it runs, read in the same process before it ends',
    run: (story, here) => readsDuring(story, here, here),
  },
  {
    name: 'while it runs, invalidated by another process, read before it ends',
    run: (story, here, elsewhere) => readsDuring(story, here, elsewhere),
  },
  {
    name: 'while it runs, read after it ended',
    run: (story, here) => readsAfter(story, { loads: here, writes: here, reads: here }),
  },
  {
    name: 'while it runs, read after it ended by another process',
    run: (story, here, elsewhere) => readsAfter(story, { loads: here, writes: here, reads: elsewhere }),
  },
  {
    name: 'while it runs, invalidated by another process, read after it ended',
    run: (story, here, elsewhere) => readsAfter(story, { loads: here, writes: elsewhere, reads: here }),
  },
  {
    name: 'while it runs, and the new value was stored before it ends',
    run: async (story, here, elsewhere) => {
      const load = await begun(story, here);
      await story.write(elsewhere);
      await answerOf(story.read(elsewhere));
      await ended(story, load);
      return answerOf(story.read(elsewhere));
    },
  },
  {
    name: 'in the very turn in which it returns',
    run: async (story, here, elsewhere) => {
      const load = await begun(story, here);
      story.release();
      await story.write(elsewhere);
      await ended(story, load);
      return answerOf(story.read(here));
    },
  },
];

/** Whether a case ends with a stale read. */
export async function played(play: {
  readonly moment: Moment;
  readonly invalidation: Invalidation;
  readonly processes: readonly [Cache, Cache];
  readonly id: number;
}): Promise<boolean> {
  const { moment, invalidation, processes, id } = play;
  const story = new Story(`public:story-${id}`, invalidation);
  const answer = await moment.run(story, ...processes).finally(() => story.release());
  return answer === 'old';
}

async function readsDuring(story: Story, here: Cache, writer: Cache): Promise<string> {
  const load = await begun(story, here);
  await story.write(writer);
  const answer = answerOf(story.read(here));
  await sleep(A_MOMENT);
  await ended(story, load);
  return answer;
}

async function readsAfter(story: Story, who: { loads: Cache; writes: Cache; reads: Cache }): Promise<string> {
  const load = await begun(story, who.loads);
  await story.write(who.writes);
  await ended(story, load);
  return answerOf(story.read(who.reads));
}

/** A load that has read the old value. In an object, for a promise that is returned would be waited for. */
async function begun(story: Story, cache: Cache): Promise<Load> {
  const done = story.read(cache).catch(() => undefined);
  await story.reading;
  return { done };
}

async function ended(story: Story, { done }: Load): Promise<void> {
  story.release();
  await done;
  // Some store in the background after they answered.
  await sleep(A_MOMENT);
}

/** Whoever gets no answer gets nothing stale. */
function answerOf(read: Promise<string>): Promise<string> {
  return inTime(read, LONGEST_READ).catch(() => 'none');
}
