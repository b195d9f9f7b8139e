/** Mistakes in what callers of one key in one process share, and for how long they wait. */
const engine = 'lib/engine/engine.ts';
const loader = 'lib/engine/loader.ts';
const joining = 'test/unit/engine/joining.spec.ts';
const failing = 'test/unit/engine/failing-loads.spec.ts';
const down = 'test/unit/engine/store-down.spec.ts';

export default [
  {
    mistake: 'followers take the value unchecked',
    file: engine,
    find: ' || !(isEarly || landing.confirmed)',
    replace: '',
    tests: joining,
    only: 'by a neighbour, its key',
  },
  {
    mistake: 'who joins during a load counts as early',
    file: loader,
    find: 'flight.hasBegun = true;',
    replace: '',
    tests: joining,
    only: 'by a neighbour, its key',
  },
  {
    mistake: 'callers join after the fill was sent',
    file: loader,
    find: 'this.flights.close(flight);\n    let isConfirmed = false;',
    replace: 'let isConfirmed = false;',
    tests: joining,
    only: 'cannot join once the fill is on its way',
  },
  {
    mistake: 'followers take what a waiting leader found by polling',
    file: loader,
    find: 'if (hit) return hit;',
    replace: `if (hit && begun?.kind === 'alive') {
        landing = { kind: 'loaded', result: { payload: begun.entry.payload, ...begun.entry.header }, confirmed: true };
        return hit;
      }`,
    tests: joining,
    only: 'do not share what the leader found',
  },
  {
    mistake: 'callers with other tags share a load',
    file: 'lib/resilience/single-flight.ts',
    find: 'return [key, variant, ...groups].join(',
    replace: 'return [key, variant].join(',
    tests: joining,
  },
  {
    mistake: 'only the first group of callers is compared',
    file: 'lib/resilience/single-flight.ts',
    find: '[key, variant, ...groups]',
    replace: '[key, variant, ...groups.slice(0, 1)]',
    tests: 'test/unit/resilience/single-flight.spec.ts',
  },
  {
    mistake: 'store down: callers join a load under way',
    file: 'lib/resilience/single-flight.ts',
    find: "if (reachable) return { kind: 'follow', flight, early: false };",
    replace: "return { kind: 'follow', flight, early: !reachable };",
    tests: down,
    only: 'nobody gets what was loaded before an invalidation',
  },
  {
    mistake: 'store down: loads of one key run side by side',
    file: loader,
    find: 'await this.#waitForPredecessor(flight);',
    replace: '',
    tests: down,
  },
  {
    mistake: 'store down: a load waits for its predecessor for ever',
    file: loader,
    find: 'await Promise.race([flight.after.landed, sleep(this.context.clock, this.context.waitTimeout)]);',
    replace: 'await flight.after.landed;',
    tests: down,
    only: 'a load that waits for its predecessor',
  },
  {
    mistake: 'a result for its caller only is shared',
    file: loader,
    find: " && result.decision.kind !== 'refuse';",
    replace: ';',
    tests: joining,
    only: 'load for themselves when the result is for its caller only',
  },
  {
    mistake: 'a result that is not stored is confirmed although it might have had tags',
    file: loader,
    find: "isConfirmed && (result.decision.kind === 'store' || !request.hasLateTags)",
    replace: 'isConfirmed',
    tests: joining,
    only: 'might have had an invalidated tag',
  },
  {
    mistake: 'a failure is shared with those who came after an invalidation',
    file: loader,
    find: 'confirmed: isUnchanged && !request.hasLateTags };',
    replace: 'confirmed: true };',
    tests: failing,
    only: 'made by a neighbour',
  },
  {
    mistake: 'a failure is confirmed although the result might have had tags',
    file: loader,
    find: 'isUnchanged && !request.hasLateTags',
    replace: 'isUnchanged',
    tests: failing,
    only: 'the invalidation of a tag that the result would have had',
  },
  {
    mistake: 'what the leader gave up fails its followers',
    file: loader,
    find: "if (isAbort(error)) return { kind: 'again' };",
    replace: '',
    tests: failing,
    only: 'is the error of the leader alone',
  },
  {
    mistake: 'a follower waits for ever',
    file: engine,
    find: 'return await Promise.race([flight.landed, timeout]);',
    replace: 'return await flight.landed;',
    tests: failing,
    only: 'keeps followers for the time limit only',
  },
  {
    mistake: 'callers get the object that the loader made',
    file: 'lib/engine/result.ts',
    find: `return copy ? { status: 'miss', ...copy }`,
    replace: `return copy ? { status: 'miss', value }`,
    tests: joining,
    only: 'get a value each of their own',
  },
  {
    mistake: 'a read that fails is an error',
    file: engine,
    find: 'return { snapshot: undefined, reachable: false };',
    replace: 'throw error;',
    tests: down,
    only: 'a read is a miss, and is told of',
  },
  {
    mistake: 'a damaged entry is an error',
    file: 'lib/engine/result.ts',
    find: "context.tell({ kind: 'entry-damaged', key: context.keyPrefix + request.address.path, error });\n    return undefined;",
    replace: 'throw error;',
    tests: 'test/unit/engine/entries.spec.ts',
  },
];
