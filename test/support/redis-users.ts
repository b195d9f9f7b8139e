/** What may be done by whom on a server that does not track keys for everybody. */
const USERS = {
  /** Hears only what stores publish. */
  untracked: ['~*', '&*', '+@all', '-client|tracking'],
  /** May neither publish nor listen. */
  silent: ['~*', 'resetchannels', '+@all', '-client|tracking'],
} as const;

export type RedisUser = keyof typeof USERS;

const PASSWORD = 'secret';

/** Arguments of a server that has these users besides the one without a name, who may do anything. */
export const WITH_USERS = Object.entries(USERS).flatMap(([name, rules]) => [
  '--user',
  ...[name, 'on', `>${PASSWORD}`, ...rules],
]);

export function asUser(user: RedisUser, url: string): string {
  const { host } = new URL(url);
  return `redis://${user}:${PASSWORD}@${host}`;
}
