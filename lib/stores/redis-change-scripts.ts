import { createHash } from 'node:crypto';

/** A Lua script, and the hash under which a server that has run it once knows it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/*
 * Tells those who keep copies, and cannot have the server track their keys, what was deleted; without a channel nobody
 * has to know. Who may not publish takes away the mark that says that everything was.
 */
export const ANNOUNCE = `
local function announce(keys, channel, mark)
  if channel == '' then return end
  local said = redis.pcall('PUBLISH', channel, cjson.encode(keys))
  if type(said) == 'table' and said.err then redis.call('DEL', mark) end
end
`;

/*
 * KEYS: what is deleted, in this order. ARGV: channel, mark.
 */
const DELETE = `${ANNOUNCE}
redis.call('DEL', unpack(KEYS))
announce(KEYS, ARGV[1], ARGV[2])
`;

/*
 * KEYS: a lease or lock. ARGV: its token, and for the first script a lifetime. The token is the whole value or its first
 * word: one that only begins with it is somebody else's.
 */
const HELD = `
local value = redis.call('MGET', KEYS[1])[1]
if not value or (value ~= ARGV[1] and string.sub(value, 1, #ARGV[1] + 1) ~= ARGV[1] .. ' ') then return 0 end
`;

/*
 * KEYS: marks of groups. ARGV: how long the groups are closed. Of two windows the one that ends last counts.
 */
const CLOSE = `
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < tonumber(ARGV[1]) then redis.call('SET', key, '1', 'PX', ARGV[1]) end
end
`;

export const deleteScript = scriptOf(DELETE);
export const closeScript = scriptOf(CLOSE);
export const extendScript = scriptOf(`${HELD}return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);
export const dropScript = scriptOf(`${HELD}return redis.call('DEL', KEYS[1])`);

export function scriptOf(text: string): Script {
  const sha = createHash('sha1').update(text).digest('hex');
  return { text, sha };
}
