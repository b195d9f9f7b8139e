import type { RedisConnection } from './redis-client.js';
import type { KeyKind, RedisKeys } from './redis-keys.js';

/** Which keys to delete. */
export interface Search {
  readonly operation: string;
  /** The whole segments that every path begins with; empty for none. */
  readonly literal: string;
  readonly matches: (path: string) => boolean;
}

const SCANNED_AT_ONCE = 1_000;

/**
 * Deletes leases and entries, of every version, whose path matches. All leases go first, to the end: in one pass a load
 * could store its result behind the scan's back and drop its lease before the scan gets there.
 */
export async function deleteMatching(connection: RedisConnection, keys: RedisKeys, search: Search): Promise<void> {
  for (const kind of ['lease', 'entry'] as const) await deleteKind(connection, keys, { ...search, kind });
}

async function deleteKind(
  connection: RedisConnection,
  keys: RedisKeys,
  { kind, operation, literal, matches }: Search & { readonly kind: KeyKind },
): Promise<void> {
  const pattern = keys.scanPattern(kind, literal);
  let cursor = '0';
  do {
    const { value } = await connection.send(operation, (commands) =>
      commands.scan(cursor, 'MATCH', pattern, 'COUNT', SCANNED_AT_ONCE),
    );
    const [next, names] = value;
    const wanted = names.filter((name) => {
      const path = keys.pathOf(kind, name);
      return path !== undefined && matches(path);
    });
    if (wanted.length > 0) await connection.send(operation, (commands) => commands.del(wanted));
    cursor = next;
  } while (cursor !== '0');
}
