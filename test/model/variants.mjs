// The mistakes: each leaves out or changes one rule, and has a history that goes wrong within these bounds.
// `rule` says it, in the words of the page where a section of docs/freshness.md is named.
import { nearCache } from './near.mjs';
import { nested } from './nested.mjs';
import { protocol } from './protocol.mjs';

const PAIR = { requests: [1, 1], losses: 0 };
const FLIGHT = { requests: [2], losses: 0 };
const LATE = { lateTags: true, losses: 0 };
const SETTLE = { hasReplica: true, requests: [1, 1], losses: 0 };
const NEAR = { writes: 1, breaks: 0 };

export const variants = [
  {
    name: 'marker-default',
    mistake: 'a missing generation counts as "never invalidated"',
    rule: { section: 'Groups and generations', words: 'A generation that is missing makes its entries dead.' },
    bounds: PAIR,
  },
  {
    name: 'no-gen-at-fill',
    mistake: 'generations are read when the result is stored, not before the load',
    rule: { section: 'A miss', words: 'Generations are read before the load.' },
    bounds: PAIR,
  },
  {
    name: 'no-lease',
    mistake: 'a result is stored without a lease',
    rule: { section: 'A miss', words: 'Nothing is stored without the lease.' },
    bounds: PAIR,
  },
  {
    name: 'del-value-first',
    mistake: 'an exact invalidation deletes the entry first and the lease second',
    rule: { section: 'A miss', words: 'the lease goes before the entry where both cannot go at once' },
    bounds: PAIR,
  },
  {
    name: 'no-reread',
    mistake: 'begin does not look at the entry again',
    rule: { section: 'A miss', words: 'looks at the entry once more' },
    bounds: { ...PAIR, isPatient: true, writers: 0 },
  },
  {
    name: 'resend-gen',
    mistake: 'the caller makes the id of a generation, and its client sends the command twice',
    rule: {
      section: 'Groups and generations',
      words: 'an id that was deleted can never come back, not even from a command that a client sends twice',
    },
    bounds: { ...PAIR, resends: 1, modes: ['group'] },
  },
  {
    name: 'resend-lease',
    mistake: 'the caller makes the token of a lease, and its client sends the command twice',
    rule: { section: 'A miss', words: 'made where begin is carried out, like the id of a generation' },
    bounds: { ...PAIR, resends: 1, modes: ['exact'] },
  },
  {
    name: 'late-lease-used',
    mistake: 'the caller makes its token, and goes on with it when begin is not answered',
    rule: { section: 'When the store does not answer', words: 'a begin without an answer gives no lease' },
    bounds: { requests: [1, 1, 1], losses: 0, delays: 1, modes: ['exact'] },
  },
  {
    name: 'put-unconditional',
    mistake: 'a put stores its value whatever is there',
    rule: { section: 'Writes that store', words: 'begin before they run, and take the lease away from whoever has it' },
    bounds: { ...PAIR, modes: ['put-unconditional'], writers: 2, requests: [1] },
  },
  {
    name: 'put-late',
    mistake: 'a put stores its value whatever is there, and the command is applied after it was given up',
    rule: { section: 'Writes that store', words: 'begin before they run, and take the lease away from whoever has it' },
    bounds: { ...PAIR, modes: ['put-late'], writes: 2 },
  },
  {
    name: 'put-begins-late',
    mistake: 'a put begins when its method has run',
    rule: { section: 'Writes that store', words: 'begin before they run' },
    bounds: { ...PAIR, modes: ['put'], writers: 2, requests: [1] },
  },
  {
    name: 'put-keeps-old',
    mistake: 'a put that could not store leaves the entry alone',
    rule: {
      section: 'Writes that store',
      words: 'When nothing could be stored, for whatever reason, the entry is invalidated instead',
    },
    bounds: { ...PAIR, modes: ['put'], losses: 1 },
  },
  {
    name: 'late-unchecked',
    mistake: 'fill does not compare the buckets of tags from the result',
    rule: {
      section: 'Tags that come from the result',
      words: 'fill compares those of the tags that the result turned out to have',
    },
    bounds: { ...PAIR, ...LATE, modes: ['group'] },
  },
  {
    name: 'late-order-swapped',
    mistake: 'the generation of a tag goes first and its bucket second',
    rule: { section: 'Tags that come from the result', words: 'deletes the generation of its bucket and its own' },
    bounds: { ...PAIR, ...LATE, modes: ['group'] },
  },
  {
    name: 'bucket-null',
    mistake: 'begin does not complete the buckets, and a missing one compares like any other',
    rule: { section: 'Tags that come from the result', words: 'notes all of them in begin' },
    bounds: { ...PAIR, ...LATE, modes: ['group'] },
  },
  {
    name: 'resend-bucket',
    mistake: 'an invalidation sets the bucket to an id of its own, and its client sends the command twice',
    rule: { section: 'Groups and generations', words: 'To invalidate a group is to delete its generation.' },
    bounds: { ...PAIR, ...LATE, modes: ['group'], resends: 1, writes: 2 },
  },
  {
    name: 'unstored-confirmed',
    mistake: 'a result that is not stored is confirmed without its tags',
    rule: { section: 'One load for everybody', words: 'only if the fill confirmed that nothing had changed' },
    bounds: { ...FLIGHT, ...LATE, modes: ['group'] },
  },
  {
    name: 'join-blindly',
    mistake: 'who joins during a load takes its value unconfirmed',
    rule: { section: 'One load for everybody', words: 'only if the fill confirmed that nothing had changed' },
    bounds: FLIGHT,
  },
  {
    name: 'skip-gen-check',
    mistake: 'a fill is confirmed by its lease alone',
    rule: { section: 'A miss', words: "if the lease is still the caller's and no generation has changed since begin" },
    bounds: FLIGHT,
  },
  {
    name: 'seal-late',
    mistake: 'a flight takes followers until its fill is answered',
    rule: { section: 'One load for everybody', words: 'Nobody joins once the result is on its way to the store.' },
    bounds: FLIGHT,
  },
  {
    name: 'coalesce-reads',
    mistake: 'a request joins a read that is under way',
    rule: { section: 'One load for everybody', words: 'Only loads are shared' },
    bounds: { requests: [2, 1], losses: 0 },
  },
  {
    name: 'share-the-poll',
    mistake: 'followers take the entry that the begin of their leader found',
    rule: { section: 'One load for everybody', words: 'Only loads are shared' },
    bounds: { requests: [2, 1], losses: 0 },
  },
  {
    name: 'sie-shared',
    mistake: 'a stale value goes to the followers of the request that found it',
    rule: { words: 'A stale value goes only to a caller whose own read found it alive.' },
    bounds: { ...FLIGHT, isStaleKept: true },
  },
  {
    name: 'down-join',
    mistake: 'without a store, a request joins a load that has begun',
    rule: { section: 'When the store does not answer', words: 'a caller joins only a load that has not begun' },
    bounds: { ...FLIGHT, isDown: true },
  },
  {
    name: 'settle-reopened',
    mistake: 'a plain invalidation takes the mark of a closed group away',
    rule: { section: 'Replicas that lag', words: 'no other invalidation takes it away' },
    bounds: { ...SETTLE, modes: ['settle', 'drop'], writers: 2 },
  },
  {
    name: 'shorter-window',
    mistake: 'of two windows the last one counts',
    rule: { section: 'Replicas that lag', words: 'of two windows the one that ends last counts' },
    bounds: { ...SETTLE, modes: ['settle'], writers: 2 },
  },
  {
    name: 'settle-lost',
    mistake: 'the store evicts the mark of a closed group',
    rule: { section: 'What is not covered', words: 'A mark that a server loses opens its group too early' },
    bounds: { ...SETTLE, modes: ['settle'], losses: 1 },
  },
  {
    name: 'settle-late',
    mistake: 'the generation is deleted first and the group closed second',
    rule: { section: 'Replicas that lag', words: 'The marks come before the deletions' },
    bounds: { ...SETTLE, modes: ['settle'] },
  },
  {
    name: 'settle-plainly',
    mistake: 'a path, or a put, is only invalidated',
    rule: { section: 'Replicas that lag', words: 'begin gives no lease where the path or one of its groups is closed' },
    bounds: { ...SETTLE, modes: ['settle-exact', 'settle-put'] },
  },
  {
    name: 'settle-bucket-open',
    mistake: 'the bucket of a closed tag gets a generation',
    rule: { section: 'Replicas that lag', words: 'A tag is closed together with its bucket' },
    bounds: { ...SETTLE, lateTags: true, modes: ['settle'] },
  },
  {
    name: 'near-by-generation',
    mistake: 'a validated near copy is compared by its generation, not by the fill that wrote it',
    rule: {
      section: 'Copies in the process',
      words: 'The copy is served while the entry is that of the same fill, and alive.',
    },
    bounds: { requests: [2, 1], losses: 0, isNear: true },
  },
  {
    name: 'near-no-epoch',
    mistake: 'a value is kept although an invalidation came between its read and its reply',
    rule: {
      section: 'Copies in the process',
      words: 'A value is kept only if nothing about it was heard since its read was sent.',
    },
    machine: nearCache,
    bounds: NEAR,
  },
  {
    name: 'near-own-early',
    mistake: 'the copy goes before an own deletion is sent, not after its reply',
    rule: { section: 'Copies in the process', words: 'After the reply of an own invalidation' },
    machine: nearCache,
    bounds: { ...NEAR, writes: 0, ownWrites: 1 },
  },
  {
    name: 'near-trust-the-channel',
    mistake: 'the copy is served because the channel seems to be up',
    rule: {
      section: 'Copies in the process',
      words: 'A copy is served only while a PING that was sent not too long ago has been answered',
    },
    machine: nearCache,
    bounds: NEAR,
  },
  {
    name: 'near-no-flush',
    mistake: 'the copy survives an interruption of the channel',
    rule: {
      section: 'Copies in the process',
      words: 'After the connection is there again everything counts as changed.',
    },
    machine: nearCache,
    bounds: { ...NEAR, breaks: 1 },
  },
  {
    name: 'near-no-epoch-at-up',
    mistake: 'a read that was sent while the channel was down is kept',
    rule: {
      section: 'Copies in the process',
      words: 'After the connection is there again everything counts as changed.',
    },
    machine: nearCache,
    bounds: { ...NEAR, breaks: 1 },
  },
  {
    name: 'near-no-mark',
    mistake: 'a PING counts although a deletion was not announced',
    rule: { section: 'Copies in the process', words: 'Who may not publish takes a mark away' },
    machine: nearCache,
    bounds: { ...NEAR, mutes: 1 },
  },
  {
    name: 'near-same-mark',
    mistake: 'a mark that was made anew cannot be told from the one that was taken away',
    rule: { section: 'Copies in the process', words: 'one that is missing, or another than last time' },
    machine: nearCache,
    bounds: { ...NEAR, mutes: 1 },
  },
  {
    name: 'no-own-generation',
    mistake: 'the outer does not name the generation of the entry that it was built from',
    rule: { section: 'What is built from cached values', words: 'when something is built from it, it gets one' },
    machine: nested,
    bounds: { losses: 0 },
  },
  {
    name: 'unchecked-fill',
    mistake: 'a fill does not compare what its result was built from',
    rule: {
      section: 'What is built from cached values',
      words: 'Fill compares these generations like those of the lease',
    },
    machine: nested,
    bounds: { losses: 0, readers: 0 },
  },
  {
    name: 'noted-late',
    mistake: 'the generation is noted when the inner entry has been read',
    rule: {
      section: 'What is built from cached values',
      words: 'made and read in one step with the entry while that is alive',
    },
    machine: nested,
    bounds: { losses: 0 },
  },
  {
    name: 'mark-first',
    mistake: 'the generation of the inner entry is deleted before the entry',
    rule: { section: 'What is built from cached values', words: 'deletes it, behind the entry' },
    machine: nested,
    bounds: { losses: 0 },
  },
  {
    name: 'places-mixed',
    mistake: 'the outer notes the generation of its own place',
    rule: { section: 'What is built from cached values', words: 'Each place is asked for its own generations.' },
    machine: nested,
    bounds: { losses: 0, places: true },
  },
].map((variant) => ({ machine: protocol, ...variant }));
