import { bucketGroup, ROOT_GROUP } from '../keys/groups.js';
import { ENTRY_FIELDS, ENTRY_FORMAT } from '../serialization/entry-format.js';
import { ANNOUNCE, scriptOf } from './redis-change-scripts.js';
import { CLOSED } from './redis-keys.js';

/** Stands for the run id of a server that does not tell it. */
export const HIDDEN_RUN_ID = 'hidden';

/** The `ignore` of a begin that takes no entry whatever, because the one there cannot be read. */
export const IGNORE_ANY = '*';

/*
 * What both scripts of the protocol need.
 *
 * - An id, of a lease too, is made here, when the command is applied: a command that a client sends twice must not bring
 *   back one that was deleted in between.
 * - Reads are MGETs, for which a key of another type is a missing one; GET would be an error.
 * - A generation is lengthened by more than is asked for, so that it is not written again at every miss.
 */
const SHARED = `
local function newId(token)
  local time = redis.call('TIME')
  return token .. '.' .. time[1] .. string.format('%06d', time[2])
end

local function isId(value)
  return value and string.find(value, '^[%w._-]+$') ~= nil
end

local function kept(lifetime)
  return math.floor(lifetime * 1.25)
end

-- A script can hand on some thousands of values at once.
local function mget(keys, first)
  local values = {}
  for start = first or 1, #keys, 4000 do
    local some = redis.call('MGET', unpack(keys, start, math.min(start + 3999, #keys)))
    for _, value in ipairs(some) do values[#values + 1] = value end
  end
  return values
end

local function lengthen(key, lifetime)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < lifetime then redis.call('PEXPIRE', key, kept(lifetime)) end
end
`;

/*
 * KEYS: entry, lease, generations of the reader's groups; last that of the entry itself, where it is asked for.
 * ARGV: run id, token, mode, token to ignore, lifetimes of generations, root and lease, prefix of generations, buckets,
 * path, and 1 where the generation of the entry itself is asked for.
 *
 * A group that is closed has no generation, and gets none: that is why readers need not ask whether it is.
 * The first write is a SET, because a full server refuses nothing any more once a script has written.
 */
const BEGIN = `${SHARED}
local runId, token, mode, ignore = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lifetime, rootLifetime, leaseLifetime = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local prefix, buckets, path, owns = ARGV[8], tonumber(ARGV[9]), ARGV[10], tonumber(ARGV[11])
local rootKey, new = prefix .. '${ROOT_GROUP}', newId(token)
local present, renewals = {}, {}

local function complete(key, id)
  local isRoot = key == rootKey
  if not isId(id) then id = false end
  -- A root of another server process came back from a snapshot or a replica, and with it what it should have killed.
  if isRoot and id and runId ~= '${HIDDEN_RUN_ID}' and string.sub(id, 1, #runId + 1) ~= runId .. '.' then id = false end
  if id then
    renewals[#renewals + 1] = key
  else
    id = isRoot and runId .. '.' .. new or new
    redis.call('SET', key, id, 'PX', kept(isRoot and rootLifetime or lifetime))
  end
  present[string.sub(key, #prefix + 1)] = id
  return id
end

local function presentId(name)
  if present[name] == nil then present[name] = redis.call('MGET', prefix .. name)[1] end
  return present[name]
end

-- The names in the words from the given one on, if each has the generation that stands behind its last '='.
local function currentNames(text, first)
  local names, position = {}, 0
  for word in string.gmatch(text, '[^ ]+') do
    position = position + 1
    if position >= first then
      local name, id = string.match(word, '^(.+)=([^=]+)$')
      if not name or presentId(name) ~= id then return false end
      names[name] = true
    end
  end
  return next(names) and names
end

local function marksOf(names)
  local marks = {}
  for i, name in ipairs(names) do marks[i] = prefix .. '${CLOSED}' .. name end
  return mget(marks)
end

local values = mget(KEYS)
local reply, groups, closable = { 'leased', new }, {}, { path }
for i = 3, #KEYS - owns do
  groups[i - 2] = string.sub(KEYS[i], #prefix + 1)
  closable[i - 1] = groups[i - 2]
end
for _, mark in ipairs(marksOf(closable)) do
  if mark then return { 'closed' } end
end
for i = 3, #KEYS - owns do reply[i] = complete(KEYS[i], values[i]) end
local own = owns == 1 and complete(KEYS[#KEYS], values[#KEYS]) or nil

local function isAlive(header)
  local names = currentNames(header, ${ENTRY_FIELDS + 1})
  if not names then return false end
  for _, group in ipairs(groups) do
    if not names[group] then return false end
  end
  return true
end

if mode == 'load' then
  local header = values[1] and ignore ~= '${IGNORE_ANY}' and string.match(values[1], '^${ENTRY_FORMAT} ([^\\n]*)\\n')
  if header and string.match(header, '^[^ ]*') ~= ignore and isAlive(header) then return { 'alive', values[1], own } end
  -- Whose groups changed, or who names none, can store nothing: nobody waits for it.
  if values[2] and currentNames(values[2], 2) then return { 'busy' } end
end

local lease = { new }
for i, group in ipairs(groups) do lease[i + 1] = group .. '=' .. reply[i + 2] end
redis.call('SET', KEYS[2], table.concat(lease, ' '), 'PX', leaseLifetime)

if buckets > 0 then
  local names, keys = {}, {}
  for i = 1, buckets do
    names[i] = '${bucketGroup(0).slice(0, -1)}' .. (i - 1)
    keys[i] = prefix .. names[i]
  end
  local ids, marks = mget(keys), marksOf(names)
  for i = 1, buckets do reply[#reply + 1] = marks[i] and '' or complete(keys[i], ids[i]) end
end
reply[#reply + 1] = own
for _, key in ipairs(renewals) do lengthen(key, key == rootKey and rootLifetime or lifetime) end
return reply
`;

/*
 * KEYS: entry, lease, generations of the path and of the entry itself; generations of the lease's groups and of what was
 * read under it, of the late tags, of their buckets.
 * ARGV: token, mode, header, payload, lifetimes of entry, generations and root, prefix of generations, channel and mark,
 * number of groups and of late tags; ids of the groups, ids of the buckets, names of the late tags. Without a header
 * nothing is stored.
 *
 * The entry is the first write, for the reason above; when it is refused the lease goes all the same.
 */
const FILL = `${SHARED}${ANNOUNCE}
local token, mode, header, payload = ARGV[1], ARGV[2], { ARGV[3] }, ARGV[4]
local lifetime, rootLifetime, prefix = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local groups, tags = tonumber(ARGV[11]), tonumber(ARGV[12])
local rootKey = prefix .. '${ROOT_GROUP}'

local lease = redis.call('MGET', KEYS[2])[1]
if not lease or string.match(lease, '^[^ ]*') ~= token then return 0 end

local values = mget(KEYS, 5)
local recorded, isUnchanged = {}, true
for i = 1, groups do
  recorded[KEYS[4 + i]] = true
  if values[i] ~= ARGV[12 + i] then isUnchanged = false end
end
for i = 1, tags do
  -- A bucket that is missing now was invalidated or evicted, and nobody can tell which.
  if values[groups + tags + i] ~= ARGV[12 + groups + i] then isUnchanged = false end
end
if not isUnchanged then
  redis.call('DEL', KEYS[2])
  return 0
end

local created, renewals, new = {}, {}, newId(token)
for i = 1, groups do renewals[i] = KEYS[4 + i] end
for i = 1, tags do
  local key, id = KEYS[4 + groups + i], values[groups + i]
  if not recorded[key] then
    if isId(id) then
      renewals[#renewals + 1] = key
    else
      id = new
      created[#created + 1] = key
    end
    header[#header + 1] = ARGV[12 + groups + tags + i] .. '=' .. id
  end
end

if ARGV[3] ~= '' then
  local stored = redis.pcall('SET', KEYS[1], table.concat(header, ' ') .. '\\n' .. payload, 'PX', ARGV[5])
  if stored.err then
    redis.call('DEL', KEYS[2])
    return stored
  end
  for _, key in ipairs(created) do redis.call('SET', key, new, 'PX', kept(lifetime)) end
  for _, key in ipairs(renewals) do lengthen(key, key == rootKey and rootLifetime or lifetime) end
end
if mode == 'put' then
  redis.call('DEL', KEYS[3], KEYS[4])
  announce({ KEYS[1], KEYS[3], KEYS[4] }, ARGV[9], ARGV[10])
end
redis.call('DEL', KEYS[2])
return 1
`;

export const beginScript = scriptOf(BEGIN);
export const fillScript = scriptOf(FILL);
