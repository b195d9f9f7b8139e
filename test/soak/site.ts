import { setTimeout as sleep } from 'node:timers/promises';
import { KINDS } from '../programs/articles.js';
import type { StoreName } from '../programs/freshness-stores.js';
import type { Quota } from '../programs/random-freshness.js';
import type { Troubles } from '../support/failovers.js';
import { FreshnessBench, unexpected } from '../support/freshness-bench.js';
import type { Violation } from '../support/freshness-oracle.js';
import { FreshnessOracle } from '../support/freshness-oracle.js';
import type { Program } from '../support/programs.js';
import { Programs } from '../support/programs.js';
import type { Fault } from './fault.js';
import { Member } from './member.js';
import { Schedule } from './schedule.js';

/** What processes share, and what is done to it. */
export interface SiteSettings {
  readonly name: string;
  /** Of each steady process. */
  readonly stores: readonly StoreName[];
  readonly cacheUrl: string;
  readonly troubles: Troubles;
  readonly faults: readonly Fault[];
  /** How much one more process leaks, in bytes a second. Left out: there is none. */
  readonly leak?: number;
  /** What processes whose memory is judged do before anything else. Left out: nothing. */
  readonly warmUp?: Quota;
}

const USUAL = [...KINDS, 'put', 'deletion'] as const;
const LOAD = { readers: 8, rest: 30, writers: 1, kinds: [...USUAL, ...USUAL, 'clear'] as const };
const OBSERVED_MS = 2_000;
const LONGEST_NAP_MS = 2_500;
/** How long after a fault the hits are counted, and for how long. */
const RECOVERY_MS = 1_500;
const QUIET_MS = 2_000;

/** Processes that share a cache and a database, of which one dies now and then, and a judge of what they read. */
export class Site {
  readonly steady: readonly Member[];
  readonly violations: Violation[] = [];
  readonly errors: string[] = [];
  /** What was done to processes. */
  readonly counts = { 'processes killed': 0, 'processes paused': 0 };
  reads = 0;
  writes = 0;
  /** Reads of the store while nothing was broken, and those that found an entry. */
  readonly quiet = { asked: 0, found: 0 };
  readonly schedule: Schedule;
  #mortal: Member;
  #taken = Promise.resolve();
  readonly #oracle = new FreshnessOracle();

  private constructor(
    readonly settings: SiteSettings,
    private readonly bench: FreshnessBench,
    private readonly random: () => number,
  ) {
    const { stores, leak, faults } = settings;
    this.schedule = new Schedule(faults, random);
    const leaking = leak ? [this.#startSteady(stores[0]!, leak)] : [];
    this.steady = [...stores.map((store) => this.#startSteady(store)), ...leaking];
    this.#mortal = this.#startMortal();
  }

  static async open(settings: SiteSettings, random: () => number): Promise<Site> {
    const site = new Site(settings, await FreshnessBench.start(Programs.compiled()), random);
    await Promise.all(site.#members.map(({ begun }) => begun));
    return site;
  }

  get unexplained(): Violation[] {
    return this.violations.filter((violation) => !this.settings.troubles.isLost(violation));
  }

  /** Lets things happen until a time, while what the processes read is judged. What is not over by then is left at that. */
  async run(end: number): Promise<void> {
    await Promise.all([this.#observe(end), Promise.race([this.#disturb(end), sleep(end - performance.now())])]);
    await this.#take();
    this.violations.push(...this.#oracle.judge());
  }

  close(): Promise<void> {
    return this.bench.stop();
  }

  get #members(): Member[] {
    return [...this.steady, this.#mortal];
  }

  #startSteady(store: StoreName, leak = 0): Member {
    const start = async (): Promise<Program> => {
      const program = await this.#start(store, leak);
      if (this.settings.warmUp) await program.ask('run', this.settings.warmUp);
      return program;
    };
    return new Member(store, start, leak);
  }

  #startMortal(): Member {
    const [store] = this.settings.stores;
    return new Member(store!, () => this.#start(store!));
  }

  async #start(store: StoreName, leak = 0): Promise<Program> {
    const options = { ...LOAD, leak, prefix: 'soak', cacheUrl: this.settings.cacheUrl, execArgv: ['--expose-gc'] };
    const [program] = await this.bench.processes([store], options);
    return program!;
  }

  async #observe(end: number): Promise<void> {
    while (performance.now() < end) {
      await this.#take();
      await Promise.all(this.steady.map((member) => member.weigh()));
      await sleep(Math.min(OBSERVED_MS, end - performance.now()));
    }
  }

  /** One at a time: what is judged is all that happened by then. */
  #take(): Promise<void> {
    return (this.#taken = this.#taken.then(() => this.#takeNow()));
  }

  async #takeNow(): Promise<void> {
    const slices = await Promise.all(this.#members.map((member) => member.take()));
    for (const { log } of slices.filter((slice) => slice !== undefined)) {
      this.#oracle.add(log);
      this.errors.push(...unexpected(log.errors));
      this.reads += log.reads.length;
      this.writes += log.writes.length;
    }
    this.violations.push(...this.#oracle.judge(Math.min(...this.#members.map(({ until }) => until))));
  }

  /** One thing after the other happens to servers, and to processes at the same time; then all is well for a while. */
  async #disturb(end: number): Promise<void> {
    for (let fault = this.schedule.next(end); fault; fault = this.schedule.next(end)) {
      await Promise.all([fault.act(), this.random() < 0.5 ? this.#replace() : fault.mayPause && this.#pause()]);
      await sleep(RECOVERY_MS);
      await this.#countHits();
    }
  }

  async #replace(): Promise<void> {
    await sleep(this.random() * RECOVERY_MS);
    await this.#mortal.kill();
    this.#mortal = this.#startMortal();
    this.counts['processes killed']++;
    await this.#mortal.begun;
  }

  async #pause(): Promise<void> {
    const member = this.steady[Math.floor(this.random() * this.steady.length)]!;
    member.pause();
    await sleep(this.random() * LONGEST_NAP_MS);
    member.resume();
    this.counts['processes paused']++;
  }

  async #countHits(): Promise<void> {
    const sum = (what: 'asked' | 'found') => this.steady.reduce((all, member) => all + member[what], 0);
    await this.#take();
    const [asked, found] = [sum('asked'), sum('found')];
    await sleep(QUIET_MS);
    await this.#take();
    this.quiet.asked += sum('asked') - asked;
    this.quiet.found += sum('found') - found;
  }
}
