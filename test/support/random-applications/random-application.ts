import fc from 'fast-check';
import { PLATFORMS } from '../application.js';
import { HANDLER_INPUTS, SERVICE_INPUTS } from './inputs.js';
import type { Visit } from './visits.js';
import { pairsOfVisits } from './visits.js';

/** What becomes of an input in the key. */
export type Treatment = 'covered' | 'part' | 'dropped' | 'ignored';

export interface UsedInput {
  readonly kind: string;
  readonly treatment: Treatment;
  /** Which of its expressions the method evaluates: a bit for each. */
  readonly reads: number;
  /** Which of the placeholders that would do is used. */
  readonly choice: number;
}

/** What the report of a start-up that was refused says to write. */
export interface Pasted {
  readonly key?: string;
  /** The parameters of a key function. */
  readonly takes?: string;
  readonly ignore?: readonly string[];
}

/** An application with one cached method, as data. */
export interface RandomApplication {
  readonly platform: (typeof PLATFORMS)[number];
  readonly place: 'handler' | 'service';
  readonly inputs: readonly UsedInput[];
  /** What the method does with `this` of a request-scoped provider; undefined: it is a singleton. */
  readonly self: Treatment | undefined;
  /** Which expressions of `this` it evaluates. */
  readonly selfReads: number;
  /** What a method of a service does with what it is passed without having declared it. */
  readonly undeclared: Treatment | undefined;
  readonly form: 'template' | 'catalog' | 'function' | 'derived';
  readonly scope: 'public' | 'user' | 'internal';
  readonly namesUser: boolean;
  /** `<<args>>` at the end of the template. */
  readonly namesAll: boolean;
  readonly inheritance: 'none' | 'inherited' | 'overridden' | 'heirs';
  /** A second method, whose template may make the same keys. */
  readonly twin: 'none' | 'same' | 'similar';
  readonly guard: 'none' | 'method' | 'controller' | 'application' | 'plain';
  readonly whitelists: boolean;
  readonly hasDefaults: boolean;
  readonly hasPartition: boolean;
  /** Kinds that the module ignores. */
  readonly ignoredKinds: readonly string[];
  /** An interceptor adds to each answer who asked. */
  readonly isStamped: boolean;
  readonly pasted?: Pasted;
}

/** Two visits, and in which order they and what lies between them come. */
export interface Traffic {
  readonly visits: readonly [Visit, Visit];
  readonly shuffle: readonly number[];
  readonly together: boolean;
}

const MOSTLY_RIGHT: fc.Arbitrary<Treatment> = weighted({ covered: 30, ignored: 1 });
const ANYTHING: fc.Arbitrary<Treatment> = weighted({ covered: 4, part: 2, dropped: 6, ignored: 1 });

export const randomApplications: fc.Arbitrary<RandomApplication> = fc
  .record({ isCareful: weighted({ yes: 2, no: 5 }), place: weighted({ handler: 7, service: 4 }) })
  .chain(({ isCareful, place }) => application(place, isCareful === 'yes'));

export const traffics: fc.Arbitrary<Traffic> = fc.record({
  visits: pairsOfVisits,
  shuffle: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  together: fc.boolean(),
});

function application(place: RandomApplication['place'], isCareful: boolean): fc.Arbitrary<RandomApplication> {
  const treatment = isCareful ? MOSTLY_RIGHT : ANYTHING;
  const clumsy = <T>(value: T, otherwise: T) =>
    isCareful ? fc.constant(otherwise) : fc.constantFrom(value, otherwise);
  const drawn = fc.record({
    platform: fc.constantFrom(...PLATFORMS),
    place: fc.constant(place),
    inputs: inputsOf(place, treatment),
    self: sometimes(isCareful ? 20 : 6, weighted<Treatment>({ dropped: 3, ignored: 2, part: 1 })),
    selfReads: fc.integer({ min: 1, max: 3 }),
    undeclared: sometimes(isCareful ? 30 : 6, weighted<Treatment>({ dropped: 2, ignored: 1 })),
    form: weighted({ template: 12, catalog: 4, function: 4, derived: 1 }),
    scope: weighted({ public: 7, user: 2, internal: 1 }),
    namesUser: fc.boolean(),
    namesAll: weighted({ no: 12, yes: 1 }).map((word) => word === 'yes'),
    inheritance: weighted({ none: 6, inherited: 2, overridden: 1, heirs: isCareful ? 0 : 1 }),
    twin: clumsy(true, false).chain((may) => weighted({ none: 6, same: may ? 1 : 0, similar: may ? 1 : 0 })),
    guard: weighted({ none: 5, method: 2, controller: 1, application: 1, plain: 1 }),
    whitelists: fc.boolean(),
    hasDefaults: weighted({ no: 5, yes: 1 }).map((word) => word === 'yes'),
    hasPartition: weighted({ no: 8, yes: 1 }).map((word) => word === 'yes'),
    ignoredKinds: weighted({ none: 12, request: 1, headers: 1 }).map((kind) => (kind === 'none' ? [] : [kind])),
    isStamped: weighted({ no: 6, yes: 1 }).map((word) => word === 'yes'),
  });
  return drawn.map((each) => ({
    ...each,
    namesUser: isCareful ? each.scope !== 'public' : each.namesUser,
    // Nobody can see what two functions make.
    twin: each.form === 'function' ? 'none' : each.twin,
  }));
}

function inputsOf(place: RandomApplication['place'], treatment: fc.Arbitrary<Treatment>) {
  const catalog = place === 'handler' ? HANDLER_INPUTS : SERVICE_INPUTS;
  const input = fc.record({
    kind: fc.constantFrom(...Object.keys(catalog)),
    treatment,
    reads: fc.integer({ min: 1, max: 127 }),
    choice: fc.nat(100),
  });
  return fc
    .uniqueArray(input, { selector: ({ kind }) => catalog[kind]!.name, minLength: 1, maxLength: 4 })
    .map((inputs) => [...inputs].sort((one, other) => Number(one.kind === 'rest') - Number(other.kind === 'rest')));
}

function weighted<T extends string>(
  weights: Readonly<Record<T, number>> | Partial<Record<T, number>>,
): fc.Arbitrary<T> {
  const all = Object.entries(weights) as [T, number][];
  return fc.oneof(...all.map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })));
}

/** One time in so many. */
function sometimes<T>(rarity: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ arbitrary, weight: 1 }, { arbitrary: fc.constant(undefined), weight: rarity - 1 });
}
