import type { LoggerService } from '@nestjs/common';

/** Nest's log of one application, kept. */
export class RecordedLog implements LoggerService {
  readonly lines: { readonly level: 'log' | 'warn' | 'error'; readonly text: string }[] = [];

  log(message: unknown, context?: unknown): void {
    this.#keep('log', message, context);
  }

  warn(message: unknown, context?: unknown): void {
    this.#keep('warn', message, context);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#keep('error', message, rest.at(-1));
  }

  /** The lines of the cache that contain a text. */
  about(text: string): string[] {
    return this.lines
      .filter((line) => line.text.startsWith('[Cache] ') && line.text.includes(text))
      .map((line) => line.text);
  }

  /** The errors of the cache that contain a text. */
  errors(text: string): string[] {
    return this.lines.filter((line) => line.level === 'error' && line.text.includes(text)).map((line) => line.text);
  }

  #keep(level: 'log' | 'warn' | 'error', message: unknown, context: unknown): void {
    this.lines.push({ level, text: `[${String(context)}] ${String(message)}` });
  }
}
