// An outer entry that is built from an inner one. The model follows the two keys and the generation of the inner entry
// alone, which stands for every group of it: what invalidates the inner deletes the entry and then this generation. With
// `places` the outer is in another place, which has a generation of its own of the same group. `variant` names the rule
// that is left out; see variants.mjs.
import { nameOf, newId, own } from './checker.mjs';

/** How much of everything happens. A case says what differs from this. */
const BOUNDS = {
  builders: 2, // requests for the outer; the second may join the first
  readers: 1, // requests that only look at the outer
  writes: 1,
  losses: 1, // keys that the store evicts or lets expire
  places: false, // the inner and the outer have generations of their own
};

const NEW = {
  at: 'start',
  min: 0,
  value: null,
  id: null,
  noted: null,
  leader: null,
  isEarly: false,
  isConfirmed: false,
};

export function nested(variant, chosen) {
  const bounds = { ...BOUNDS, ...chosen };
  const rules = { variant, bounds };
  return {
    initial: {
      db: 0,
      done: 0,
      inner: { value: 0 },
      outer: null,
      mark: null, // the generation of the inner entry, in the place of the inner
      copy: null, // the generation of the same group in the place of the outer
      flight: null,
      writer: { at: 'idle', left: bounds.writes, version: 0 },
      losses: bounds.losses,
      requests: Array.from({ length: bounds.builders + bounds.readers }, (_, index) => ({
        ...NEW,
        isBuilder: index < bounds.builders,
      })),
      problem: '',
      lastId: 0,
    },
    copy: (state) => ({ ...state, requests: state.requests.slice() }),
    steps(state, take) {
      losses(state, take);
      writerSteps(state, rules, take);
      state.requests.forEach((_, index) => requestSteps(state, rules, index, take));
    },
    isFinished: ({ requests, writer }) => writer.at === 'idle' && requests.every(({ at }) => at === 'done'),
    show,
  };
}

function losses(state, take) {
  if (state.losses === 0) return;
  for (const what of ['inner', 'outer', 'mark', 'copy']) {
    if (state[what] === null) continue;
    take(`the store loses the ${what}`, (next) => {
      next.losses -= 1;
      next[what] = null;
    });
  }
}

/** Commits, deletes the inner entry and its generations one by one, and returns. */
function writerSteps({ writer }, { variant, bounds }, take) {
  const deletions = variant === 'mark-first' ? ['mark', 'inner'] : ['inner', 'mark'];
  const order = bounds.places ? ['copy', ...deletions] : deletions;
  if (writer.at === 'idle' && writer.left > 0) {
    take(`writer: commits version ${writer.version + 1}`, (next) => {
      next.db += 1;
      next.writer = { at: 0, left: writer.left - 1, version: next.db };
    });
  }
  if (writer.at === 'idle') return;
  const isLast = writer.at === order.length - 1;
  take(`writer: deletes the ${order[writer.at]}${isLast ? ', returns' : ''}`, (next) => {
    next[order[writer.at]] = null;
    next.writer = { ...writer, at: isLast ? 'idle' : writer.at + 1 };
    if (isLast) next.done = Math.max(next.done, writer.version);
  });
}

function requestSteps(state, rules, index, take) {
  const request = state.requests[index];
  const step = (what, change) =>
    take(`request ${index + 1}: ${what}`, (next) => change(next, own(next.requests, index)));
  STEPS[request.at]?.({ state, rules, request, index, step });
}

const STEPS = {
  start: ({ rules, index, step }) =>
    step('starts, and reads the outer', (next, self) => {
      self.min = next.done;
      return look(next, rules, index);
    }),

  again: ({ rules, index, step }) => step('reads the outer again', (next) => look(next, rules, index)),

  /** Only where the generations are elsewhere: anything may happen between the two reads. */
  asking: ({ rules, index, step }) =>
    step('asks the place of the inner', (next, self) => {
      const isAlive = next.mark !== null && next.mark === self.id;
      return isAlive ? finish(next, index, self.value) : miss(next, rules, index);
    }),

  building({ state, rules, step }) {
    const { variant, bounds } = rules;
    if (variant === 'noted-late') return readAlone(step);
    if (state.inner !== null) {
      step('reads the inner with its generation', (next, self) => {
        next.mark ??= newId(next);
        take(next, self, { value: next.inner.value, id: next.mark, bounds, variant });
      });
    } else {
      step('begins to load the inner', (next, self) => {
        next.mark ??= newId(next);
        take(next, self, { value: null, id: next.mark, bounds, variant });
        self.at = 'loading';
      });
    }
  },

  loading: ({ step }) =>
    step('loads the inner', (next, self) => {
      self.value = next.db;
      // Stored under its own lease, which its invalidation takes away with the entry; see protocol.mjs.
      if (next.mark === self.noted) next.inner = { value: self.value };
      self.at = 'filling';
    }),

  noting: ({ rules, step }) =>
    step('notes the generation of the inner', (next, self) => {
      next.mark ??= newId(next);
      take(next, self, { value: self.value, id: next.mark, bounds: rules.bounds, variant: rules.variant });
    }),

  filling: ({ rules, index, step }) =>
    step('fills the outer', (next, self) => {
      if (next.flight === index) next.flight = null;
      const { variant, bounds } = rules;
      const isElsewhere = bounds.places && variant !== 'places-mixed';
      const present = bounds.places && variant === 'places-mixed' ? next.copy : next.mark;
      const id = variant === 'no-own-generation' ? null : self.id;
      self.isConfirmed = variant === 'unchecked-fill' || id === null || present === id;
      if (self.isConfirmed || isElsewhere) next.outer = { value: self.value, id };
      self.at = 'answer';
      return self.isConfirmed ? 'confirmed' : 'refused';
    }),

  answer: ({ index, step }) =>
    step('answers', (next, self) => {
      for (const [other, follower] of next.requests.entries()) {
        if (follower.at !== 'follow' || follower.leader !== index) continue;
        if (follower.isEarly || self.isConfirmed) finish(next, other, self.value);
        else Object.assign(own(next.requests, other), { at: 'again', leader: null, isEarly: false });
      }
      return finish(next, index, self.value);
    }),
};

/** The mistake: the generation is noted when the entry has been read. */
function readAlone(step) {
  step('reads the inner', (next, self) => {
    self.value = next.inner === null ? next.db : next.inner.value;
    self.at = 'noting';
  });
}

function take(next, self, { value, id, bounds, variant }) {
  if (bounds.places && variant === 'places-mixed') next.copy ??= newId(next);
  Object.assign(self, { value, noted: id, at: 'filling' });
  self.id = bounds.places && variant === 'places-mixed' ? next.copy : id;
}

function look(next, { variant, bounds }, index) {
  const self = next.requests[index];
  const { outer } = next;
  if (outer === null) return miss(next, { variant, bounds }, index);
  if (outer.id === null) return finish(next, index, outer.value);
  if (bounds.places && variant !== 'places-mixed') {
    Object.assign(self, { at: 'asking', value: outer.value, id: outer.id });
    return 'finds it';
  }
  const present = bounds.places ? next.copy : next.mark;
  return present === outer.id ? finish(next, index, outer.value) : miss(next, { variant, bounds }, index);
}

function miss(next, rules, index) {
  const self = next.requests[index];
  if (!self.isBuilder) return finish(next, index, undefined);
  Object.assign(self, { id: null, value: null });
  if (next.flight !== null && next.flight !== index) {
    const isEarly = next.requests[next.flight].at === 'building' && next.requests[next.flight].value === null;
    Object.assign(self, { at: 'follow', leader: next.flight, isEarly });
    return `follows request ${next.flight + 1}`;
  }
  next.flight = index;
  self.at = 'building';
  return 'builds';
}

function finish(next, index, value) {
  const { min, isBuilder } = next.requests[index];
  next.requests[index] = { ...NEW, isBuilder, at: 'done' };
  if (value === undefined) return 'a miss';
  if (value < min && !next.problem) {
    next.problem = `request ${index + 1} got version ${value}; the invalidation of version ${min} had returned before it started`;
  }
  return `gets version ${value}`;
}

function show({ db, inner, outer, mark, copy }) {
  return [
    `database: version ${db}`,
    inner ? `inner: version ${inner.value}` : 'inner: none',
    outer ? `outer: version ${outer.value} under ${nameOf(outer.id)}` : 'outer: none',
    `generation of the inner: ${nameOf(mark)}`,
    `in the place of the outer: ${nameOf(copy)}`,
  ];
}
