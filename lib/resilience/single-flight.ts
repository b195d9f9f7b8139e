/** How a flight ended, for those who joined it. */
export type Landing<R> =
  /** The leader ran the load. `confirmed`: nothing that it depends on changed between its begin and its end. */
  | { readonly kind: 'loaded'; readonly result: R; readonly confirmed: boolean }
  /** The load failed; the failure is shared like a value. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly confirmed: boolean }
  /** There is nothing to share, and another attempt may find something. */
  | { readonly kind: 'again' }
  /** There is nothing to share, and there will be nothing: each caller runs its own load. */
  | { readonly kind: 'alone' };

/** What a caller does about a key: lead a flight, follow one, or load by itself because waiting would never end. */
export type Role<R> =
  | { readonly kind: 'lead'; readonly flight: Flight<R> }
  | { readonly kind: 'follow'; readonly flight: Flight<R>; readonly early: boolean }
  | { readonly kind: 'alone' };

export interface FlightRequest {
  readonly key: string;
  /** Only callers that would judge an entry by the same groups may share a load. */
  readonly groups: readonly string[];
  /** The shape in which the result is wanted; only callers who want the same one may share a load. Default: any. */
  readonly variant?: string | undefined;
  /** Without a store nothing can be confirmed: then only a load that has not begun is joined. */
  readonly reachable: boolean;
  /** The flights in whose loaders the caller runs, innermost first. */
  readonly ancestors: readonly Flight<unknown>[];
}

/** One load for a key, and everybody who waits for it. */
export class Flight<R> {
  readonly landed: Promise<Landing<R>>;
  /** Whoever joins before the load begins may take what comes of it unconfirmed. */
  hasBegun = false;
  variant: string | undefined;
  /** Cut off from its key by an invalidation: it stores nothing, and nobody joins any more. */
  isDetached = false;
  /** The flights that this one's loader waits for at the moment. */
  readonly waitsFor = new Set<Flight<unknown>>();
  #land!: (landing: Landing<R> | Promise<Landing<R>>) => void;

  constructor(
    readonly key: string,
    readonly groups: readonly string[],
    /** A flight of the same key that must have landed before this one begins to load. */
    public after: Flight<R> | undefined,
    /** The puts of the same key: until it has begun, a load may have to wait for them. */
    private readonly putsOf: (key: string) => readonly Flight<R>[] = () => [],
  ) {
    this.landed = new Promise((resolve) => (this.#land = resolve));
    if (after) this.waitsFor.add(after as Flight<unknown>);
  }

  /** Forgets the flight that this one had to wait for. */
  goOn(): void {
    if (this.after) this.waitsFor.delete(this.after as Flight<unknown>);
    this.after = undefined;
  }

  land(landing: Landing<R> | Promise<Landing<R>>): void {
    this.#land(landing);
  }

  /** Whether this flight waits, however indirectly, for one of the given ones. */
  waitsForAny(flights: readonly Flight<unknown>[]): boolean {
    const seen = new Set<Flight<unknown>>();
    const open: Flight<unknown>[] = [this as Flight<unknown>];
    for (let flight = open.pop(); flight; flight = open.pop()) {
      if (flights.includes(flight)) return true;
      if (seen.has(flight)) continue;
      seen.add(flight);
      open.push(...flight.waitsFor, ...(flight.hasBegun ? [] : flight.putsOf(flight.key)));
    }
    return false;
  }
}

/** The loads under way in this process, at most one to join for each key and its groups; and the puts. */
export class SingleFlight<R> {
  readonly #joinable = new Map<string, Flight<R>>();
  /** The puts under way, by their key. */
  readonly #puts = new Map<string, readonly Flight<R>[]>();
  readonly #putsOf = (key: string): readonly Flight<R>[] => this.#puts.get(key) ?? [];

  join(request: FlightRequest): Role<R> {
    const { key, reachable, ancestors } = request;
    const flight = this.#joinable.get(slotOf(request));
    if (!flight) {
      const isCircle = this.#putsOf(key).some((put) => put.waitsForAny(ancestors));
      return isCircle ? { kind: 'alone' } : this.#lead(request, undefined);
    }
    if (flight.waitsForAny(ancestors)) return { kind: 'alone' };
    if (!flight.hasBegun) return { kind: 'follow', flight, early: true };
    if (reachable) return { kind: 'follow', flight, early: false };
    return this.#lead(request, flight);
  }

  /** A put, which nobody joins and for which loads of its key wait. */
  beginPut(key: string): Flight<R> {
    const put = new Flight<R>(key, [], undefined);
    put.hasBegun = true;
    this.#puts.set(key, [...this.#putsOf(key), put]);
    return put;
  }

  endPut(put: Flight<R>): void {
    const others = this.#putsOf(put.key).filter((each) => each !== put);
    if (others.length > 0) this.#puts.set(put.key, others);
    else this.#puts.delete(put.key);
  }

  /** Takes no more followers for this flight. Called before its result is sent anywhere. */
  close(flight: Flight<R>): void {
    const slot = slotOf(flight);
    if (this.#joinable.get(slot) === flight) this.#joinable.delete(slot);
  }

  /** Cuts off every flight that an invalidation hits. */
  detach(isHit: (flight: Flight<R>) => boolean): void {
    for (const flight of [...this.#joinable.values()]) {
      for (let each: Flight<R> | undefined = flight; each; each = each.after) {
        if (isHit(each)) each.isDetached = true;
      }
      if (flight.isDetached) this.close(flight);
    }
  }

  #lead({ key, groups, variant }: FlightRequest, after: Flight<R> | undefined): Role<R> {
    const flight = new Flight<R>(key, groups, after, this.#putsOf);
    flight.variant = variant;
    this.#joinable.set(slotOf(flight), flight);
    return { kind: 'lead', flight };
  }
}

function slotOf({ key, groups, variant = '' }: Pick<FlightRequest, 'key' | 'groups' | 'variant'>): string {
  return [key, variant, ...groups].join('\n');
}
