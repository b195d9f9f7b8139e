import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';

const compressed = promisify<string, { level: number }, Buffer>(gzip);
const decompressed = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * A payload as gzip in base64: text, because that is what stores take and give. It is done in Node's thread pool, and at
 * the fastest level, for the next ones take five times as long to save another tenth.
 */
export async function compress(payload: string): Promise<string> {
  return (await compressed(payload, { level: constants.Z_BEST_SPEED })).toString('base64');
}

/** @throws Error where the text is damaged, or the payload would have more than `maxBytes`. */
export async function decompress(text: string, maxBytes: number): Promise<string> {
  return (await decompressed(Buffer.from(text, 'base64'), { maxOutputLength: maxBytes })).toString();
}
