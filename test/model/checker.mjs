// An explicit-state model checker. It visits every state that the steps of a machine lead to, the nearest first, so that
// the history it prints for a broken promise is a shortest one.
//
// A machine has:
//   initial               the first state: a plain object of numbers, strings, booleans, null, objects and arrays
//   copy(state)           a copy that a step may change; what is inside its lists stays shared, see own()
//   steps(state, take)    calls take(label, change) for every step that is possible; change(copy) makes it, and sets
//                         `copy.problem` to a sentence when it breaks a promise. It may return what came of the step.
//   isFinished(state)     whether a state from which nothing is possible may be an end
//   show(state)           what a reader of a history wants to see of a state, as a list of texts
//
// Ids (generations, tokens) are numbers from newId(). Only which of them are equal counts: states that differ in nothing
// but the names of ids are one state. The counter is the property `lastId`.
const FIRST_ID = 1000;

/** An id that was never used before. */
export function newId(state) {
  state.lastId += 1;
  return FIRST_ID + state.lastId;
}

/** An item of a list of a copied state, to be changed: a copy of its own, because other states have the item too. */
export function own(list, index) {
  list[index] = { ...list[index] };
  return list[index];
}

/** How an id is called in a history. */
export function nameOf(id) {
  return id === null ? 'none' : typeof id === 'number' ? `#${id - FIRST_ID}` : id;
}

/**
 * Visits the states of a machine until one breaks a promise or there are no more, at most `limit` of them.
 * States are told apart by 53 bits of a hash: `chance` is the probability that any two were taken for one.
 */
export function explore(machine, { limit = Infinity } = {}) {
  const first = machine.copy(machine.initial);
  const known = new Set([fingerprint(first)]);
  // For each state the one it was reached from and which of its steps led there: enough to tell the history.
  const origins = [-1];
  const choices = [0];
  let problem;
  let frontier = [{ state: first, index: 0 }];
  const visit = (state, index, next) => {
    for (const [choice, step] of successors(machine, state).entries()) {
      const print = fingerprint(step.state);
      if (known.has(print)) continue;
      known.add(print);
      origins.push(index);
      choices.push(choice);
      problem = step.state.problem;
      if (problem) return;
      next.push({ state: step.state, index: origins.length - 1 });
    }
  };
  while (frontier.length > 0 && !problem && known.size < limit) {
    const next = [];
    for (const { state, index } of frontier) {
      visit(state, index, next);
      if (problem) break;
    }
    frontier = next;
  }
  const states = known.size;
  const chance = states ** 2 / 2 ** 54;
  if (!problem) return { states, chance, isComplete: frontier.length === 0 };
  return { states, chance, problem, history: historyOf(machine, origins, choices) };
}

/** The steps that lead to the last state found, with what each of them changed. */
function historyOf(machine, origins, choices) {
  const path = [];
  for (let index = origins.length - 1; index > 0; index = origins[index]) path.unshift(choices[index]);
  let state = machine.copy(machine.initial);
  let shown = machine.show(state);
  return path.map((choice) => {
    const step = successors(machine, state)[choice];
    state = step.state;
    const now = machine.show(state);
    const changes = now.filter((text) => !shown.includes(text));
    shown = now;
    return { label: step.outcome === undefined ? step.label : `${step.label}: ${step.outcome}`, changes };
  });
}

function successors(machine, state) {
  const found = [];
  machine.steps(state, (label, change) => {
    const next = machine.copy(state);
    found.push({ label, outcome: change(next), state: next });
  });
  if (found.length === 0 && !machine.isFinished(state)) {
    found.push({
      label: 'nothing more can happen',
      outcome: undefined,
      state: { ...state, problem: 'somebody waits for ever' },
    });
  }
  return found;
}

const texts = new Map();

/** A hash of a state in which ids count by the order in which they turn up, made of two of 32 bits (murmur3's steps). */
function fingerprint(state) {
  const names = [];
  let high = 0x9747b28c;
  let low = 0x3c6ef372;
  const add = (number) => {
    let k = Math.imul(number, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    high ^= k;
    high = (Math.imul((high << 13) | (high >>> 19), 5) + 0xe6546b64) | 0;
    k = Math.imul(number + 0x5bd1e995, 0x239b961b);
    k = Math.imul((k << 17) | (k >>> 15), 0x38b34ae5);
    low ^= k;
    low = (Math.imul((low << 15) | (low >>> 17), 9) + 0x52dce729) | 0;
  };
  const walk = (value) => {
    if (typeof value === 'number') return add(value < FIRST_ID ? value : FIRST_ID + rankOf(names, value));
    if (value === null) return add(-2);
    if (typeof value === 'string') return add(codeOf(value));
    if (typeof value !== 'object') return add(value ? -3 : -4);
    add(Array.isArray(value) ? -100 - value.length : -5);
    for (const name in value) if (name !== 'lastId') walk(value[name]);
  };
  walk(state);
  return (mixed(high) & 0x1fffff) * 2 ** 32 + (mixed(low) >>> 0);
}

function mixed(hash) {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rankOf(names, id) {
  const rank = names.indexOf(id);
  return rank >= 0 ? rank : names.push(id) - 1;
}

function codeOf(text) {
  if (!texts.has(text)) texts.set(text, 1_000_000 + texts.size);
  return texts.get(text);
}
