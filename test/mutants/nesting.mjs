/** Mistakes about loads inside loads: circles, and what belongs to one person. */
const engine = 'lib/engine/engine.ts';
const nested = 'test/unit/engine/nested-loads.spec.ts';

export default [
  {
    mistake: 'a loader may wait for its own key',
    file: engine,
    find: "if (own?.kind === 'load') {",
    replace: "if (own?.kind === 'put' && false) {",
    tests: nested,
    only: 'gets an error',
  },
  {
    mistake: 'the key of another cache is taken for the own one',
    file: engine,
    find: 'store === this.context.name && path',
    replace: 'path',
    tests: nested,
    only: 'may ask another cache for the key',
  },
  {
    mistake: 'a load that has ended still counts',
    file: 'lib/engine/frames.ts',
    find: 'if (frame.isActive) active.push(frame);',
    replace: 'active.push(frame);',
    tests: nested,
    only: 'is no longer meant once the load has ended',
  },
  {
    mistake: 'loads wait for each other in a circle',
    file: 'lib/resilience/single-flight.ts',
    find: "if (flight.waitsForAny(ancestors)) return { kind: 'alone' };",
    replace: '',
    tests: nested,
    only: 'two keys',
  },
  {
    mistake: 'a circle of three is not seen',
    file: 'lib/resilience/single-flight.ts',
    find: 'seen.add(flight);',
    replace: 'seen.add(flight);\n      if (seen.size > 1) continue;',
    tests: 'test/unit/resilience/single-flight.spec.ts',
  },
  {
    mistake: 'a load and a put wait for each other',
    file: 'lib/resilience/single-flight.ts',
    find: 'return isCircle ?',
    replace: 'return isCircle && !isCircle ?',
    tests: nested,
  },
  {
    mistake: 'loads that are led are not seen in a circle',
    file: engine,
    find: 'return waitingFor(role.flight, flights[0], () => this.#loader.lead(request, role.flight, ignore));',
    replace: 'return this.#loader.lead(request, role.flight, ignore);',
    tests: nested,
    only: 'leads a load of its own in between',
  },
  {
    mistake: 'what depends on the request is stored under a key that does not say so',
    file: 'lib/engine/result.ts',
    find: 'if (frame.taintedBy === undefined) return',
    replace: 'return',
    tests: nested,
  },
  {
    mistake: 'the failure of a personal load is shared',
    file: 'lib/engine/loader.ts',
    find: "if (frame.taintedBy !== undefined) return { kind: 'alone' };",
    replace: '',
    tests: nested,
    only: 'fails its own caller only',
  },
  {
    mistake: 'only the innermost load is marked as personal',
    file: 'lib/engine/frames.ts',
    find: 'for (const frame of activeFrames()) {',
    replace: 'for (const frame of activeFrames().slice(0, 1)) {',
    tests: nested,
  },
  {
    mistake: 'a key that names somebody else is good enough',
    file: 'lib/engine/frames.ts',
    find: 'frame.contextual.get(source) !== value',
    replace: '!frame.contextual.has(source)',
    tests: nested,
  },
];
