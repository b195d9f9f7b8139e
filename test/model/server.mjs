// What the store does with one command. Each function here is atomic, as a script or a `DEL` is.
//
// The model follows one key, which belongs to one group besides its own path:
//   entry       { value, generation, token, isOld } or null; `value` is the version of the database it was loaded from
//   generation  of the group: an id, or null
//   closed      whether there is a mark that the group or the path is closed
//   lease       { token, generation } or null
//   bucket      the generation of the tag's bucket, where the group is a tag that only the result names
import { newId } from './checker.mjs';

export function isAlive({ variant }, entry, generation) {
  if (entry === null) return false;
  return entry.generation === generation || (generation === null && variant === 'marker-default');
}

/**
 * Completes what is missing, reads the entry again, and takes the lease if it is free or doomed. `made` are ids that
 * the caller made itself, which is a mistake.
 */
export function begin(state, rules, { mode, made = {} }) {
  const { variant, bounds } = rules;
  const isClosed = state.closed > 0;
  if (isClosed && !bounds.lateTags) return { kind: 'closed' };
  if (!bounds.lateTags) state.generation ??= made.generation ?? newId(state);
  // A bucket that is closed gets no generation: what is loaded now has no tag of it when it is filled.
  else if (variant !== 'bucket-null' && !(isClosed && variant !== 'settle-bucket-open')) state.bucket ??= newId(state);
  const { generation, bucket, entry } = state;
  if (mode === 'load') {
    if (isFound(state, rules)) return { kind: 'alive', value: entry.value };
    if (isTaken(state, rules)) return { kind: 'busy' };
  }
  const token = made.token ?? newId(state);
  if (variant !== 'no-lease') state.lease = { token, generation: bounds.lateTags ? null : generation };
  return { kind: 'leased', token, generation, bucket };
}

/** Whether a begin would change nothing, for somebody else fills. Nobody waits for what is closed. */
export function mustWait(state, rules) {
  const isClosed = state.closed > 0 && !rules.bounds.lateTags;
  return !isClosed && isTaken(state, rules) && !isFound(state, rules);
}

/** A lease whose group was invalidated can store nothing any more: nobody waits for it. */
function isTaken({ lease, generation }, { bounds }) {
  return lease !== null && (bounds.lateTags || lease.generation === generation);
}

function isFound({ entry, generation }, rules) {
  return rules.variant !== 'no-reread' && isAlive(rules, entry, generation) && !entry.isOld;
}

/** Stores the value if the lease is still the caller's and nothing has changed. Says whether that is so: confirmed. */
export function fill(state, rules, { token, generation, bucket, value, isStored }) {
  const { variant, bounds } = rules;
  const isHeld = variant === 'no-lease' || (token !== null && state.lease?.token === token);
  if (!isHeld) return false;
  state.lease = null;
  if (bounds.lateTags) {
    // What is not stored has no tags whose buckets could be compared.
    if (!isStored) return variant === 'unstored-confirmed';
    const isUnchanged = state.bucket === bucket && (bucket !== null || variant === 'bucket-null');
    if (!isUnchanged && variant !== 'late-unchecked') return false;
    state.generation ??= newId(state);
    store(state, rules, { value, generation: state.generation, token });
    return true;
  }
  const noted = variant === 'no-gen-at-fill' ? (state.generation ??= newId(state)) : generation;
  // An entry under a generation that is gone would be dead; the comparison is for those who wait.
  if (state.generation !== noted && variant !== 'skip-gen-check') return false;
  if (isStored) store(state, rules, { value, generation: noted, token });
  return true;
}

/** Only a near cache looks at the token of an entry. */
function store(state, { bounds }, { value, generation, token }) {
  state.entry = { value, generation, token: bounds.isNear ? token : null, isOld: false };
}

/** Deletes the generation of a group. The mark of a group that is closed stays. */
export function deleteGeneration(state, { variant }) {
  state.generation = null;
  if (variant === 'settle-reopened') state.closed = 0;
}

/** Closes the group or the path until the replica has this version. */
export function close(state, { variant }, version) {
  if (version > state.closed || variant === 'shorter-window') state.closed = version;
}

/** A command that arrives when its sender has given it up, or a second time. */
export function applyLate(state, rules, command) {
  if (command.kind === 'begin') begin(state, rules, command);
  if (command.kind === 'fill') fill(state, rules, command);
  if (command.kind === 'bucket') state.bucket = command.id;
  if (command.kind === 'entry') storeBlindly(state, command.value);
}

/** What no step of the protocol does: an unconditional write. */
export function storeBlindly(state, value) {
  state.generation ??= newId(state);
  state.entry = { value, generation: state.generation, token: null, isOld: false };
  state.lease = null;
}
