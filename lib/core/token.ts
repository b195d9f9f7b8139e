import { randomBytes } from 'node:crypto';

const BYTES = 12;
const POOL = BYTES * 256;

let pool = Buffer.alloc(0);
let used = 0;

/** A random text of 16 base64url characters (96 bits), for tokens that never come back. */
export function randomToken(): string {
  if (used >= pool.length) {
    pool = randomBytes(POOL);
    used = 0;
  }
  used += BYTES;
  return pool.toString('base64url', used - BYTES, used);
}
