// What the protocol must hold under: each case lets other things happen. `deep` replaces the bounds in the long run.
// The names of the bounds are explained in protocol.mjs and near.mjs.
import { nearCache } from './near.mjs';
import { nested } from './nested.mjs';
import { protocol } from './protocol.mjs';

export const cases = [
  { name: 'one writer, losses', machine: protocol, bounds: {}, deep: { writes: 2 } },
  {
    name: 'two writes',
    machine: protocol,
    bounds: { requests: [1, 1], writes: 2 },
    deep: { requests: [1, 1], writes: 3, losses: 2 },
  },
  {
    name: 'two writers',
    machine: protocol,
    bounds: { requests: [1, 1], writers: 2 },
    deep: { requests: [1, 1], writers: 2, losses: 2 },
  },
  {
    name: 'generations read first',
    machine: protocol,
    bounds: { isGenerationFirst: true, losses: 0 },
    deep: { isGenerationFirst: true },
  },
  {
    name: 'tags from the result',
    machine: protocol,
    bounds: { lateTags: true, losses: 0 },
    deep: { lateTags: true },
  },
  {
    name: 'tags from the result, losses',
    machine: protocol,
    bounds: { lateTags: true, requests: [1, 1], writes: 2, losses: 2 },
    deep: { lateTags: true, requests: [1, 1], writes: 3, losses: 2 },
  },
  { name: 'resent commands', machine: protocol, bounds: { resends: 1, losses: 0 }, deep: { resends: 1 } },
  { name: 'late commands', machine: protocol, bounds: { delays: 1, losses: 0 }, deep: { delays: 1 } },
  {
    name: 'resent and late commands, tags from the result',
    machine: protocol,
    bounds: { lateTags: true, resends: 1, delays: 1, losses: 0, requests: [1, 1] },
    deep: { lateTags: true, resends: 1, delays: 1, losses: 0 },
  },
  {
    name: 'puts',
    machine: protocol,
    bounds: { modes: ['put', 'exact'], writers: 2, requests: [1], losses: 1 },
    deep: { modes: ['put', 'exact', 'group'], writers: 2, requests: [1, 1] },
  },
  {
    name: 'puts, resent and late commands',
    machine: protocol,
    bounds: { modes: ['put'], delays: 1, resends: 1, requests: [1, 1], losses: 0 },
    deep: { modes: ['put'], delays: 1, resends: 1, losses: 0 },
  },
  {
    name: 'stale on error',
    machine: protocol,
    bounds: { isStaleKept: true, losses: 0 },
    deep: { isStaleKept: true },
  },
  {
    name: 'reads that fail',
    machine: protocol,
    bounds: { failures: 1, losses: 0, requests: [2] },
    deep: { failures: 2 },
  },
  {
    name: 'store down',
    machine: protocol,
    bounds: { isDown: true, requests: [3], writes: 2 },
    deep: { isDown: true, requests: [3, 1], writes: 2 },
  },
  {
    name: 'settle',
    machine: protocol,
    bounds: { hasReplica: true, modes: ['settle', 'drop'], writers: 2, requests: [1, 1], losses: 0 },
    deep: { hasReplica: true, modes: ['settle', 'drop'], writers: 2, losses: 0 },
  },
  {
    name: 'settle, exact and puts',
    machine: protocol,
    bounds: { hasReplica: true, modes: ['settle-exact', 'settle-put', 'drop'], writers: 2, requests: [1], losses: 1 },
    deep: { hasReplica: true, modes: ['settle-exact', 'settle-put', 'drop'], writers: 2, requests: [1, 1] },
  },
  {
    name: 'settle, tags from the result',
    machine: protocol,
    bounds: { hasReplica: true, lateTags: true, modes: ['settle', 'drop'], writers: 2, requests: [1], losses: 1 },
    deep: { hasReplica: true, lateTags: true, modes: ['settle', 'drop'], writers: 2, requests: [1, 1] },
  },
  {
    name: 'one load',
    machine: protocol,
    bounds: { isPatient: true, writers: 0, losses: 0 },
    deep: { isPatient: true, writers: 0, losses: 0, requests: [3, 2] },
  },
  {
    name: 'validated near cache',
    machine: protocol,
    bounds: { isNear: true, losses: 0 },
    deep: { isNear: true, isGenerationFirst: true },
  },
  { name: 'eventual near cache', machine: nearCache, bounds: { reads: 1 }, deep: { breaks: 2, reads: 2 } },
  {
    name: 'eventual near cache, own writes',
    machine: nearCache,
    bounds: { ownWrites: 1, writes: 1 },
    deep: { ownWrites: 1 },
  },
  {
    name: 'eventual near cache, a writer that may not announce',
    machine: nearCache,
    bounds: { reads: 1, mutes: 1, losses: 1 },
    deep: { reads: 2, mutes: 2, losses: 1 },
  },
  { name: 'an outer entry and an inner one', machine: nested, bounds: {}, deep: { writes: 2, losses: 2 } },
  {
    name: 'an outer entry and an inner one, two places',
    machine: nested,
    bounds: { places: true },
    deep: { places: true, writes: 2, losses: 2 },
  },
];
