// A writer in a process of its own. It commits a new version and invalidates; what it invalidates is promised from the
// moment it returns (`done`).
import { newId, own } from './checker.mjs';
import { begin, close, deleteGeneration, fill, storeBlindly } from './server.mjs';

export const newWriter = (writes) => ({
  at: 'idle',
  mode: null, // how it writes, where it settles; then 'closed'
  left: writes,
  version: 0,
  token: null, // of a put: what its begin noted
  generation: null,
});

/** The ways to write: the bounds of a case name those that its writers may choose. */
const FIRST_STEPS = {
  group: 'invalidate-group',
  exact: 'delete-lease',
  settle: 'close',
  'settle-exact': 'close',
  'put-unconditional': 'store-blindly',
  'put-late': 'store-late',
};

/** What follows when a writer has closed the group or the path. */
const AFTER_CLOSING = {
  settle: () => 'invalidate-group',
  'settle-exact': () => 'delete-lease',
  'settle-put': ({ token }) => (token === null ? 'delete-lease' : 'fill'),
};

/** The possible steps of one writer. */
export function writerSteps(state, rules, index, take) {
  const writer = state.writers[index];
  const who = state.writers.length > 1 ? `writer ${index + 1}` : 'writer';
  const step = (what, change) => take(`${who}: ${what}`, (next) => change(next, own(next.writers, index)));
  STEPS[writer.at]({ state, rules, writer, step });
}

const STEPS = {
  idle({ state, rules, writer, step }) {
    if (writer.left === 0) return;
    for (const mode of rules.bounds.modes) {
      if (mode === 'put' || mode === 'settle-put') beginPut({ state, rules, step, mode });
      else if (mode === 'drop') {
        step('invalidates group and key without having written', (next, self) => {
          self.left -= 1;
          deleteGeneration(next, rules);
          Object.assign(next, { bucket: null, lease: null, entry: null });
        });
      } else {
        step(`commits version ${state.db + 1} (${mode})`, (next, self) => {
          commit(next, self);
          self.left -= 1;
          self.at = mode === 'exact' && rules.variant === 'del-value-first' ? 'delete-entry' : FIRST_STEPS[mode];
          if (mode in AFTER_CLOSING) settles(rules, self, mode);
        });
      }
    }
  },

  'invalidate-group'({ state, rules, step }) {
    if (!rules.bounds.lateTags) {
      return step('deletes the generation of the group, returns', (next, self) => {
        deleteGeneration(next, rules);
        returns(next, self);
      });
    }
    if (rules.variant === 'late-order-swapped') return deletesTag(rules, step, 'delete-bucket');
    deletesBucket(state, rules, step, 'delete-tag');
  },
  'delete-tag': ({ rules, step }) => deletesTag(rules, step),
  'delete-bucket': ({ state, rules, step }) => deletesBucket(state, rules, step),

  // Two commands, as where one cannot hold both: the lease goes first.
  'delete-lease'({ rules, step }) {
    const isLast = rules.variant === 'del-value-first';
    step(isLast ? 'deletes the lease, returns' : 'deletes the lease', (next, self) => {
      next.lease = null;
      if (isLast) returns(next, self);
      else self.at = 'delete-entry';
    });
  },
  'delete-entry'({ rules, step }) {
    const isLast = rules.variant !== 'del-value-first';
    step(isLast ? 'deletes the entry, returns' : 'deletes the entry', (next, self) => {
      next.entry = null;
      if (isLast) returns(next, self);
      else self.at = 'delete-lease';
    });
  },

  run: ({ rules, step }) =>
    step('runs its method, which commits', (next, self) => {
      commit(next, self);
      self.at = self.token === null ? 'delete-lease' : 'fill';
      if (self.mode !== null) settles(rules, self, self.mode);
    }),
  fill({ state, rules, step }) {
    const work = ({ token, generation, version }) => ({ token, generation, value: version, isStored: true });
    step('fills', (next, self) => {
      const isStored = fill(next, rules, work(self));
      // An invalidation is what is left of a put that stored nothing.
      if (isStored || rules.variant === 'put-keeps-old') returns(next, self);
      else self.at = 'delete-lease';
      return isStored ? 'confirmed, returns' : 'refused';
    });
    if (state.delays > 0) {
      step('sends fill, gets no answer, and it stays on the way', (next, self) => {
        next.delays -= 1;
        next.late = [...next.late, { kind: 'fill', ...work(self) }];
        self.at = 'delete-lease';
      });
    }
  },

  close: ({ rules, step }) =>
    step('closes it until the replica has its version', (next, self) => {
      close(next, rules, self.version);
      self.at = rules.variant === 'settle-late' ? 'settle' : AFTER_CLOSING[self.mode](self);
      self.mode = 'closed';
    }),
  settle({ state, writer, step }) {
    if (state.replica >= writer.version) step('knows that the replica has its version, returns', returns);
  },

  'store-blindly': ({ step }) =>
    step('stores its value whatever is there, returns', (next, self) => {
      storeBlindly(next, self.version);
      returns(next, self);
    }),
  'store-late': ({ step }) =>
    step('sends its value, gets no answer, deletes lease and entry instead, returns', (next, self) => {
      next.late = [...next.late, { kind: 'entry', value: self.version }];
      next.lease = null;
      next.entry = null;
      returns(next, self);
    }),
};

/** A put takes the lease from whoever has it, before its method runs. */
function beginPut({ state, rules, step, mode }) {
  if (rules.variant === 'put-begins-late') {
    return step(`runs its method, which commits version ${state.db + 1}, and begins only then`, (next, self) => {
      self.left -= 1;
      commit(next, self);
      self.at = 'late-begin';
    });
  }
  const begins = (next, self) => {
    self.left -= 1;
    if (mode !== 'put') self.mode = mode;
    noteBegin(next, rules, self);
    self.at = 'run';
  };
  step('begins a put', begins);
  if (state.resends > 0) {
    step('begins a put, and a copy of the command stays on the way', (next, self) => {
      next.resends -= 1;
      begins(next, self);
      next.late = [...next.late, { kind: 'begin', mode: 'put', made: {} }];
    });
  }
  if (state.delays > 0) {
    step('begins a put, gets no answer, and it stays on the way', (next, self) => {
      next.delays -= 1;
      self.left -= 1;
      next.late = [...next.late, { kind: 'begin', mode: 'put', made: {} }];
      self.at = 'run';
    });
  }
}

STEPS['late-begin'] = ({ rules, step }) =>
  step('begins', (next, self) => {
    noteBegin(next, rules, self);
    self.at = 'fill';
  });

function noteBegin(next, rules, self) {
  const { token = null, generation = null } = begin(next, rules, { mode: 'put' });
  Object.assign(self, { token, generation });
}

function deletesTag(rules, step, then) {
  step(`deletes the generation of the tag${then ? '' : ', returns'}`, (next, self) => {
    deleteGeneration(next, rules);
    if (then) self.at = then;
    else returns(next, self);
  });
}

function deletesBucket(state, rules, step, then) {
  const move = (next, self) => {
    if (then) self.at = then;
    else returns(next, self);
  };
  if (rules.variant !== 'resend-bucket') {
    return step(`deletes the bucket${then ? '' : ', returns'}`, (next, self) => {
      next.bucket = null;
      move(next, self);
    });
  }
  step('sets the bucket to an id of its own', (next, self) => {
    next.bucket = newId(next);
    if (next.resends > 0) next.late = [...next.late, { kind: 'bucket', id: next.bucket }];
    next.resends = 0;
    move(next, self);
  });
}

/** The way that a write takes whose loads may read from a replica that lags. */
function settles({ variant }, self, mode) {
  const isOpen = variant === 'settle-plainly';
  self.mode = isOpen ? 'closed' : mode;
  self.at = isOpen || variant === 'settle-late' ? AFTER_CLOSING[mode](self) : 'close';
}

function commit(next, self) {
  next.db += 1;
  self.version = next.db;
}

function returns(next, self) {
  if (self.mode !== null && self.at !== 'settle') {
    self.at = self.mode === 'closed' ? 'settle' : 'close';
    return;
  }
  next.done = Math.max(next.done, self.version);
  Object.assign(self, { at: 'idle', mode: null, version: 0, token: null, generation: null });
}
