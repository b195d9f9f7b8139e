import { createHash } from 'node:crypto';
import type { EncodedValue } from './codec.js';

/** How many base64url characters an ETag has: 132 bits. */
const LENGTH = 22;

/**
 * The strong validator of a value as the body of a response, without quotes. RFC 9110, section 8.8.1: it differs for
 * any two contents, and for contents that different header fields describe. Only objects and arrays have one, for only
 * they are sent as their payload; everything else answers with an empty text.
 */
export function etagOf(encoded: EncodedValue, headers: string): string {
  if (!isSentAsItIs(encoded)) return '';
  const { payload } = encoded;
  return createHash('sha256').update(headers).update('\n').update(payload).digest('base64url').slice(0, LENGTH);
}

/** Whether the payload is what a platform makes of the value. */
export function isSentAsItIs({ payload, serializer, form }: EncodedValue): boolean {
  return form === 'wire' && serializer === 'json' && (payload.startsWith('{') || payload.startsWith('['));
}
