import type { EntryHeader } from '../../lib/core/entry.js';

/** What the header of an entry says where a test does not care. */
export const PLAIN_HEADER = {
  createdAt: 1,
  expiresAt: 2,
  staleFor: 0,
  loadTime: 0,
  serializer: 'json',
  form: 'value',
  version: '',
  etag: '',
  headers: '',
  elsewhere: [],
} as const satisfies Omit<EntryHeader, 'token' | 'groups'>;
