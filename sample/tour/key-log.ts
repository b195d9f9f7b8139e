import type { LoggerService } from '@nestjs/common';

/** Nest's log of the tour. The keys that it shows are the ones that the cache itself says it uses. */
export class KeyLog implements LoggerService {
  /** How every key begins. */
  readonly prefix: string;
  #keys: string[] = [];
  #dropped: string[] = [];
  #warnings: string[] = [];

  constructor(prefix: string) {
    this.prefix = `${prefix}:v1:`;
  }

  /** What was logged since the last time: the first key is that of the handler. */
  take(): { readonly key: string | undefined; readonly dropped: readonly string[]; readonly warnings: string[] } {
    const taken = { key: this.#keys[0], dropped: [...new Set(this.#dropped)], warnings: this.#warnings };
    [this.#keys, this.#dropped, this.#warnings] = [[], [], []];
    return taken;
  }

  log(message: unknown, context?: unknown): void {
    if (context !== 'Cache' || typeof message !== 'string') return;
    const [, key] = / \| key=(\S+)$/.exec(message) ?? [];
    if (key?.startsWith(this.prefix)) this.#keys.push(key.slice(this.prefix.length));
    const [, groups] = / \| invalidates (.+)$/.exec(message) ?? [];
    // The bucket of a tag is a matter of the store's.
    const dropped = groups?.split(', ').filter((group) => !group.startsWith('~bucket:')) ?? [];
    this.#dropped.push(...dropped.map((group) => group.replace(/^~tag:/, 'tag ')));
  }

  warn(message: unknown): void {
    this.#warnings.push(String(message));
  }

  error(message: unknown): void {
    this.#warnings.push(String(message));
  }
}
