import type { Frame } from './frames.js';
import { currentFrame, insideAll } from './frames.js';

/** One key that is waiting for the load. */
interface Wanted<K> {
  readonly key: K;
  readonly frame: Frame | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What the loads of several keys have in common: one run for those keys that are this caller's to load. It begins when
 * of every other key it is known that it was found, or that somebody else is loading it. So what is held is loaded and
 * filled before others are waited for, and two callers never wait for each other. A key that has to be loaded after all,
 * because whoever loaded it is gone, is loaded later, with those of the same moment.
 */
export class SharedLoad<K> {
  readonly #undecided: Set<K>;
  #wanted: Wanted<K>[] = [];
  #isDue = false;
  /** The load in which all of this happens. */
  readonly #around = currentFrame();

  /**
   * @param keys every key that will be wanted or decided, in the order in which the load gets them.
   * @param load the values of some of the keys; a key that it leaves out is undefined.
   */
  constructor(
    private readonly keys: readonly K[],
    private readonly load: (keys: readonly K[]) => Promise<ReadonlyMap<K, unknown>>,
  ) {
    this.#undecided = new Set(keys);
  }

  /** Something comes of this key without the load, or somebody else is at it. */
  decided(key: K): void {
    this.#undecided.delete(key);
    if (this.#undecided.size > 0 || this.#wanted.length === 0 || this.#isDue) return;
    this.#isDue = true;
    // What others want in the same moment comes along.
    process.nextTick(() => {
      this.#isDue = false;
      void this.#run(this.#wanted.splice(0));
    });
  }

  /** The value of a key that is this caller's to load, in the frame of its load if it has one of its own. The error of the load is passed on as it is. */
  get(key: K, frame?: Frame): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // A call that is run without the cache, since it asks for what is being loaded around it, has no frame of its own.
      this.#wanted.push({ key, frame: frame === this.#around ? undefined : frame, resolve, reject });
      this.decided(key);
    });
  }

  async #run(wanted: readonly Wanted<K>[]): Promise<void> {
    const wantedKeys = new Set(wanted.map(({ key }) => key));
    const frames = new Set(wanted.flatMap(({ frame }) => frame ?? []));
    try {
      const values = await insideAll([...frames], () => this.load(this.keys.filter((key) => wantedKeys.has(key))));
      for (const { key, resolve } of wanted) resolve(values.get(key));
    } catch (error) {
      for (const { reject } of wanted) reject(error);
    }
  }
}
