// One load for everybody in a process: who leads, who follows, and what a follower may take.
//
// `state.flights` holds for each process the request whose flight others may join. A follower that may not take what
// comes of it reads again.
import { own } from './checker.mjs';

export const newRequest = (process) => ({
  process,
  at: 'start',
  min: 0,
  entry: null, // what its read found
  generation: null, // what it read, or what its begin noted, and the bucket
  bucket: null,
  token: null, // of the lease it holds
  value: null,
  isConfirmed: false,
  leader: null, // whom it follows, and whether it did so before the load began
  isEarly: false,
  after: null, // the leader that must have landed before it may load
});

/** After a miss: leads a flight or follows one. */
export function join(next, rules, index, isReachable) {
  const self = next.requests[index];
  const leader = next.flights[self.process];
  if (leader !== null && leader !== index) {
    const isEarly = ['reading', 'begin', 'found', 'load'].includes(next.requests[leader].at);
    // Nothing can be confirmed without the store: a load that has begun is of no use.
    if (isReachable || isEarly) return follow(self, leader, isEarly);
    if (rules.variant === 'down-join') return follow(self, leader, true);
    self.after = leader;
  }
  next.flights[self.process] = index;
  self.at = isReachable ? 'begin' : 'load';
  return self.after === null ? 'leads' : `leads, behind request ${leader + 1}`;
}

export function follow(self, leader, isEarly) {
  Object.assign(self, { at: 'follow', leader, isEarly });
  return `follows request ${leader + 1}`;
}

/** What comes of a flight, for its followers; without a result they read for themselves. */
export function land(next, rules, index, result) {
  const self = next.requests[index];
  if (next.flights[self.process] === index) next.flights[self.process] = null;
  for (const [other, follower] of next.requests.entries()) {
    if (follower.at !== 'follow' || follower.leader !== index) continue;
    const mayTake = result && (follower.isEarly || result.isConfirmed || rules.variant === 'join-blindly');
    if (mayTake) finish(next, other, result.value);
    else Object.assign(own(next.requests, other), { at: 'again', leader: null, isEarly: false, entry: null });
  }
}

/** Whoever found an expired entry alive may have it now; nobody else may. */
export function failToLoad(next, rules, index) {
  const self = next.requests[index];
  const stale = self.entry;
  if (next.lease !== null && next.lease.token === self.token) next.lease = null;
  if (next.flights[self.process] === index) next.flights[self.process] = null;
  for (const [other, follower] of next.requests.entries()) {
    if (follower.at !== 'follow' || follower.leader !== index) continue;
    finish(next, other, (rules.variant === 'sie-shared' ? stale : follower.entry)?.value);
  }
  return finish(next, index, stale?.value);
}

/** Without a value the request fails. (That a post is not there is a version like any other, not a failure.) */
export function finish(next, index, value) {
  const { process, min } = next.requests[index];
  next.requests[index] = { ...newRequest(process), at: 'done' };
  if (value === undefined) return 'fails';
  if (value < min && !next.problem) {
    next.problem = `request ${index + 1} got version ${value}; the invalidation of version ${min} had returned before it started`;
  }
  return `gets version ${value}`;
}
