// The protocol of docs/freshness.md as a machine: requests in several processes, writers in others, and a store that
// may lose any key at any moment. `variant` names the rule that is left out; see variants.mjs.
//
// A step is what happens at one moment: a command is carried out, a reply is handled, the database is read. Two of them
// are one step where what comes between cannot make a promise harder to keep: a request starts with its first read, a
// writer returns with its last command, a load begins when it reads the database, and who waits for a lease begins when
// it is free.
import { nameOf } from './checker.mjs';
import { newRequest } from './flights.mjs';
import { requestSteps } from './requests.mjs';
import { applyLate } from './server.mjs';
import { newWriter, writerSteps } from './writers.mjs';

/** How much of everything happens. A case says what differs from this. */
const BOUNDS = {
  requests: [2, 1], // in each process
  writers: 1,
  writes: 1, // of each writer
  modes: ['group', 'exact'], // see writers.mjs; also 'put', 'settle', 'settle-exact', 'settle-put', 'drop'
  losses: 1, // keys that the store evicts or lets expire
  resends: 0, // commands that a client sends twice
  delays: 0, // commands without an answer, applied later or never
  failures: 0, // reads that fail
  isDown: false, // all reads fail
  isGenerationFirst: false, // a read asks for the generation before the entry, and not after it
  lateTags: false, // the group is a tag that only the result names
  hasReplica: false, // loads read from a replica of the database that lags
  isStaleKept: false, // an expired entry is there in the beginning, and loads may fail
  isNear: false, // each process keeps a copy of the entry, and asks the store whether it is still the one
  isPatient: false, // nobody gives up waiting: then a key is loaded once as long as nothing is invalidated or lost
};

export function protocol(variant, chosen) {
  const bounds = { ...BOUNDS, ...chosen };
  const rules = { variant, bounds };
  return {
    initial: initialState(bounds),
    copy: (state) => ({
      ...state,
      flights: state.flights.slice(),
      near: state.near.slice(),
      requests: state.requests.slice(),
      writers: state.writers.slice(),
    }),
    steps(state, take) {
      losses(state, rules, take);
      lateCommands(state, rules, take);
      if (bounds.hasReplica) replicaSteps(state, take);
      state.writers.forEach((_, index) => writerSteps(state, rules, index, take));
      state.requests.forEach((_, index) => requestSteps(state, rules, index, take));
    },
    isFinished: ({ requests, writers }) =>
      requests.every(({ at }) => at === 'done') && writers.every(({ at }) => at === 'idle'),
    show: (state) => show(state, bounds),
  };
}

function initialState(bounds) {
  const { requests, writers, writes, losses, resends, delays, failures, isStaleKept } = bounds;
  return {
    db: 0,
    done: 0,
    replica: 0,
    closed: 0, // the version that the replica must have before the mark of the group or of the path ends; 0: no mark
    loads: 0,
    ...{ losses, resends, delays, failures },
    entry: isStaleKept ? { value: 0, generation: 1000, token: null, isOld: true } : null,
    generation: isStaleKept ? 1000 : null,
    lease: null,
    bucket: null,
    late: [],
    flights: requests.map(() => null), // the request that leads in each process, while others may join
    near: requests.map(() => null),
    requests: requests.flatMap((count, process) => Array.from({ length: count }, () => newRequest(process))),
    writers: Array.from({ length: writers }, () => newWriter(writes)),
    problem: '',
    lastId: 0,
  };
}

function losses(state, { variant }, take) {
  if (state.losses === 0) return;
  const lose = (what, name) =>
    take(`the store loses the ${name}`, (next) => {
      next.losses -= 1;
      next[what] = what === 'closed' ? 0 : null;
    });
  if (state.entry !== null) lose('entry', 'entry');
  if (state.bucket !== null) lose('bucket', 'bucket');
  if (state.lease !== null) lose('lease', 'lease');
  if (state.generation !== null) lose('generation', 'generation');
  if (state.closed > 0 && variant === 'settle-lost') lose('closed', 'mark');
}

function lateCommands(state, rules, take) {
  state.late.forEach((command, index) => {
    take(`a late ${command.kind} is applied`, (next) => {
      next.late = next.late.toSpliced(index, 1);
      applyLate(next, rules, command);
    });
  });
}

/** A window is longer than the lag: it ends when the replica has what it waits for. */
function replicaSteps(state, take) {
  if (state.replica < state.db) {
    take('the replica catches up', (next) => {
      next.replica += 1;
    });
  }
  if (state.closed > 0 && state.replica >= state.closed) {
    take('the window ends', (next) => {
      next.closed = 0;
    });
  }
}

function show({ db, replica, closed, entry, generation, lease, bucket }, { lateTags, hasReplica }) {
  const texts = [
    `database: version ${db}`,
    entry ? `entry: version ${entry.value} under ${nameOf(entry.generation)}` : 'entry: none',
    `generation: ${nameOf(generation)}`,
    lease ? `lease: ${nameOf(lease.token)} under ${nameOf(lease.generation)}` : 'lease: none',
  ];
  if (lateTags) texts.push(`bucket: ${nameOf(bucket)}`);
  if (hasReplica) texts.push(`replica: version ${replica}`, closed > 0 ? 'closed' : 'open');
  return texts;
}
