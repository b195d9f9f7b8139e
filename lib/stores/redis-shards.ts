/**
 * The hash tags of the shards, in the order of their numbers. Part of the key format: frozen. Their slots are evenly
 * spaced, so that 12 masters get 5 or 6 shards each; plain numbers would give them 2 to 9.
 */
export const SHARD_TAGS: readonly string[] = [
  'mm ry 9i e8 v1 v9 ap ax tb kv dn df wo o6 gc xw 8g d6 lc 02 g3 pk on pz 99 zt ul m5 fm yy va iu',
  'si k0 ce 8y pd op x9 x1 jf 67 zj b3 ik 2w yg yo bk z2 rg ms af an qj i3 c5 dp kh 0t xi xa he 44',
].flatMap((line) => line.split(' '));

const SLOTS = 16_384;
const POLYNOMIAL = 0x1021;
const REMAINDERS = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder << 1) ^ (remainder & 0x8000 ? POLYNOMIAL : 0);
  return remainder;
});

/**
 * The number of the shard of a path, 0 to 63, and of a lock by its name: the CRC16 of its UTF-8 bytes, by which Redis
 * also makes slots, modulo 64. Part of the key format: frozen.
 */
export function shardOf(path: string): number {
  return crc16(path) % SHARD_TAGS.length;
}

/** The slot of keys with this hash tag. */
export function slotOf(tag: string): number {
  return crc16(tag) % SLOTS;
}

/** CRC-16/XMODEM, as the specification of Redis Cluster has it. */
function crc16(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) crc = ((crc << 8) ^ REMAINDERS[(crc >> 8) ^ byte]!) & 0xffff;
  return crc;
}
