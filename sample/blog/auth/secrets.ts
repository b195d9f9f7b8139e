import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, string, number, Buffer>(scrypt);
const KEY_BYTES = 32;

/** A password in the form in which it is kept: a random salt, and the key that scrypt derives with it. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16).toString('hex');
  const key = await derive(password, salt, KEY_BYTES);
  return `${salt}:${key.toString('hex')}`;
}

export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split(':');
  return timingSafeEqual(await derive(password, salt, KEY_BYTES), Buffer.from(key, 'hex'));
}

/** A token that says nothing by itself. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A token in the form in which it is kept, so that whoever reads the database cannot sign in with it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
