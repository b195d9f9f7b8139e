import type { RedisConnection } from './redis-client.js';
import type { KeyKind, RedisKeys } from './redis-keys.js';

/** Which keys to delete. */
export interface Search {
  readonly operation: string;
  /** The whole segments that every path begins with; empty for none. */
  readonly literal: string;
  readonly matches: (path: string) => boolean;
}

/** Where to look. */
interface Place {
  /** To the servers that have all keys together. */
  readonly connections: readonly RedisConnection[];
  readonly keys: RedisKeys;
  readonly remove: (names: readonly string[]) => Promise<void>;
}

const SCANNED_AT_ONCE = 1_000;

/**
 * Deletes leases and entries, of every version, whose path matches, and the generations of such entries. All leases go
 * first, to the end: in one pass a load could store its result behind the scan's back and drop its lease before the scan
 * gets there. An entry goes before its generation, or something could be built from it under the next one.
 */
export async function deleteMatching(place: Place, search: Search): Promise<void> {
  for (const kind of ['lease', 'entry', 'own'] as const) {
    await Promise.all(place.connections.map((connection) => deleteKind(connection, kind, place, search)));
  }
}

async function deleteKind(
  connection: RedisConnection,
  kind: KeyKind,
  { keys, remove }: Place,
  { operation, literal, matches }: Search,
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
    if (wanted.length > 0) await remove(wanted);
    cursor = next;
  } while (cursor !== '0');
}
