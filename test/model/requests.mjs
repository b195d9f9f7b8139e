// A request for the key: read, join or lead, begin, load, fill. It promises its caller a value that is not older than
// the invalidations that had returned when it started (`min`).
import { nameOf, own } from './checker.mjs';
import { failToLoad, finish, follow, join, land } from './flights.mjs';
import { begin, fill, isAlive, mustWait } from './server.mjs';

/** The possible steps of one request. */
export function requestSteps(state, rules, index, take) {
  const request = state.requests[index];
  const who = `request ${index + 1}, process ${'ABC'[request.process]}`;
  const step = (what, change) => take(`${who}: ${what}`, (next) => change(next, own(next.requests, index)));
  STEPS[request.at]?.({ state, rules, request, index, step });
}

const STEPS = {
  start({ state, rules, request, index, step }) {
    const { bounds, variant } = rules;
    const leader = state.flights[request.process];
    if (variant === 'coalesce-reads' && leader !== null) {
      return step('starts', (next, self) => {
        self.min = next.done;
        return follow(self, leader, false);
      });
    }
    if (!bounds.isDown) {
      step(`starts, and reads the ${readsOf(bounds)[0]}`, (next, self) => {
        self.min = next.done;
        if (variant === 'coalesce-reads') next.flights[self.process] = index;
        return readFirst(next, bounds, self);
      });
    }
    if (bounds.isDown || state.failures > 0) {
      step('starts, and its read fails', (next, self) => {
        self.min = next.done;
        if (!bounds.isDown) next.failures -= 1;
        return join(next, rules, index, false);
      });
    }
  },

  // Another command than the first read: anything may happen in between.
  reading({ rules, index, step }) {
    const { bounds } = rules;
    step(`reads the ${readsOf(bounds)[1]}`, (next, self) => {
      const entry = bounds.isGenerationFirst ? next.entry : self.entry;
      const isHit = isAlive(rules, entry, bounds.isGenerationFirst ? self.generation : next.generation);
      Object.assign(self, { entry: isHit && entry.isOld ? entry : null, generation: null });
      if (!isHit || entry.isOld) return join(next, rules, index, true);
      const value = bounds.isNear ? validated(next, rules, self.process, entry) : entry.value;
      if (rules.variant === 'coalesce-reads') land(next, rules, index, { value, isConfirmed: true });
      return finish(next, index, value);
    });
  },

  again({ rules: { bounds }, step }) {
    step(`reads the ${readsOf(bounds)[0]} again`, (next, self) => readFirst(next, bounds, self));
  },

  begin({ state, rules, step }) {
    const { bounds, variant } = rules;
    if (state.resends > 0) {
      step('sends begin, which is applied, and a copy of it stays on the way', (next, self) => {
        next.resends -= 1;
        const reply = beginNow(next, rules, self);
        const made = {};
        if (variant === 'resend-gen') made.generation = reply.generation;
        if (variant === 'resend-lease') made.token = reply.token;
        next.late = [...next.late, { kind: 'begin', mode: 'load', made }];
        return OUTCOMES[reply.kind];
      });
    }
    if (state.delays > 0) {
      step('sends begin, gets no answer, and it stays on the way', (next, self) => {
        next.delays -= 1;
        const made = {};
        if (variant === 'late-lease-used') made.token = self.token = FORETOLD;
        self.generation = next.generation;
        next.late = [...next.late, { kind: 'begin', mode: 'load', made }];
        self.at = 'load';
      });
    }
    if (!mustWait(state, rules)) step('begins', (next, self) => OUTCOMES[beginNow(next, rules, self).kind]);
    else if (!bounds.isPatient) {
      step('has waited long enough for the lease', (next, self) => {
        self.at = 'load';
      });
    }
  },

  found({ rules, index, step }) {
    step('takes the entry that its begin found', (next, self) => {
      const { value } = self;
      land(next, rules, index, rules.variant === 'share-the-poll' ? { value, isConfirmed: true } : undefined);
      return finish(next, index, value);
    });
  },

  load({ state, rules, request, index, step }) {
    const { bounds } = rules;
    if (request.after !== null && state.requests[request.after].at !== 'done') return;
    step(bounds.hasReplica ? 'loads from the replica' : 'loads', (next, self) => {
      self.value = bounds.hasReplica ? next.replica : next.db;
      self.after = null;
      self.entry = null;
      self.at = 'fill';
      countLoad(next, bounds);
      return `version ${self.value}`;
    });
    if (bounds.isStaleKept) step('fails to load', (next) => failToLoad(next, rules, index));
  },

  fill({ state, rules, request, index, step }) {
    const close = (next, self) => {
      // From here on nobody joins.
      if (rules.variant !== 'seal-late' && next.flights[self.process] === index) next.flights[self.process] = null;
      self.at = 'answer';
    };
    const work = ({ token, generation, bucket, value }, isStored) => ({ token, generation, bucket, value, isStored });
    const isSent = request.token !== null || rules.variant === 'no-lease';
    if (!isSent) return step('stores nothing, for it holds no lease', close);
    for (const isStored of rules.bounds.isPatient ? [true] : [true, false]) {
      step(isStored ? 'fills' : 'has nothing to store, and asks for confirmation', (next, self) => {
        self.isConfirmed = fill(next, rules, work(self, isStored));
        if (self.isConfirmed && isStored && rules.bounds.isNear) next.near[self.process] = next.entry;
        close(next, self);
        return self.isConfirmed ? 'confirmed' : 'refused';
      });
    }
    if (state.resends > 0) {
      step('sends fill, which is applied, and a copy of it stays on the way', (next, self) => {
        next.resends -= 1;
        next.late = [...next.late, { kind: 'fill', ...work(self, true) }];
        self.isConfirmed = fill(next, rules, work(self, true));
        close(next, self);
        return self.isConfirmed ? 'confirmed' : 'refused';
      });
    }
    if (state.delays > 0) {
      step('sends fill, gets no answer, and it stays on the way', (next, self) => {
        next.delays -= 1;
        next.late = [...next.late, { kind: 'fill', ...work(self, true) }];
        close(next, self);
      });
    }
  },

  answer({ rules, index, step }) {
    step('answers', (next, self) => {
      const { value, isConfirmed } = self;
      land(next, rules, index, { value, isConfirmed });
      return finish(next, index, value);
    });
  },
};

/** The token of a caller that makes it itself. */
const FORETOLD = 'foretold';

const OUTCOMES = {
  alive: 'finds the entry alive',
  busy: 'has to wait',
  closed: 'it is closed, no lease',
  leased: 'may fill',
};

function readsOf({ isGenerationFirst }) {
  return isGenerationFirst ? ['generation', 'entry'] : ['entry', 'generation'];
}

function readFirst(next, { isGenerationFirst }, self) {
  self.at = 'reading';
  if (isGenerationFirst) {
    self.generation = next.generation;
    return nameOf(next.generation);
  }
  self.entry = next.entry;
  return next.entry === null ? 'nothing' : `version ${next.entry.value}`;
}

/** A hit of a validated near cache: the copy of the process counts as long as the fill that wrote it does. */
function validated(next, { variant }, process, entry) {
  const copy = next.near[process];
  const field = variant === 'near-by-generation' ? 'generation' : 'token';
  if (copy === null || copy[field] !== entry[field]) next.near[process] = entry;
  return next.near[process].value;
}

function beginNow(next, rules, self) {
  const reply = begin(next, rules, { mode: 'load' });
  if (reply.kind === 'alive') Object.assign(self, { at: 'found', value: reply.value });
  if (reply.kind === 'closed') self.at = 'load';
  if (reply.kind === 'leased') {
    const { token, generation, bucket } = reply;
    Object.assign(self, { at: 'load', token: rules.variant === 'no-lease' ? null : token, generation, bucket });
  }
  return reply;
}

function countLoad(next, bounds) {
  if (!bounds.isPatient) return;
  next.loads += 1;
  if (next.loads > 1) next.problem = 'the key was loaded twice, and nothing had been invalidated or lost';
}
