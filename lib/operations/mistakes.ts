import { messageOf } from '../core/describe.js';
import { CacheError } from '../core/errors.js';

/** Where the application's mistakes go: thrown at developers, logged once for visitors. */
export class Mistakes {
  readonly #logged = new Set<string>();

  constructor(
    /** Whether a mistake fails the call; in production it does not. */
    private readonly strict: boolean,
    private readonly log: (message: string) => void,
  ) {}

  /** Throws the mistake, or logs it the first time that it is met in this method. */
  report(error: unknown, where: string): void {
    if (this.strict) throw error;
    this.logOnce(where, `${where} goes on uncached: ${textOf(error, where)}`);
  }

  /** Logs the first message with this subject. */
  logOnce(subject: string, message: string): void {
    if (this.#logged.has(subject)) return;
    this.#logged.add(subject);
    this.log(message);
  }
}

/** The text of a mistake with its code, which the README lists, and without the place that the line begins with. */
function textOf(error: unknown, where: string): string {
  const message = messageOf(error);
  const place = [`${where}: `, `${where} `].find((beginning) => message.startsWith(beginning)) ?? '';
  const text = message.slice(place.length);
  return CacheError.is(error) ? `${text} (${error.code})` : text;
}
