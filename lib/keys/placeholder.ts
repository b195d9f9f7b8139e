/** Where a placeholder looks for its value; the binder may know better where an argument is called `result`. */
export type PlaceholderRoot = 'argument' | 'result' | 'context';

/** A place in a template that a value is put into. */
export interface Placeholder {
  /** As the developer wrote it, without its default: `dto.slug`, `@user.id`, `user_id`. */
  readonly text: string;
  readonly root: PlaceholderRoot;
  /** The first step, without the `@` of a context placeholder: `dto`, `result`, `user`, and `user` for `user_id`. */
  readonly name: string;
  /** The steps behind the name: `['slug']`. */
  readonly path: readonly string[];
  /** The text to use where there is no value, or `undefined` is the value. `null` and the empty text are values. */
  readonly fallback: string | undefined;
}

const STEP = /^[\p{L}\p{M}\p{N}_$-]+$/u;
const WHOLE = /^(?:<<(.*)>>|\{\{(.*)\}\})$/s;

/** Whether a text is a name that a placeholder can have, a single step that is no position. */
export function isPlaceholderName(text: string): boolean {
  return STEP.test(text) && !/^\d+$/.test(text);
}

/**
 * Reads what stands between `<<` and `>>`: a name with steps, and a default behind a `|`.
 * `fail` throws an error with the reason that it is given.
 */
export function parsePlaceholder(content: string, fail: (reason: string) => never): Placeholder {
  const bar = content.indexOf('|');
  const text = (bar < 0 ? content : content.slice(0, bar)).trim();
  const fallback = bar < 0 ? undefined : content.slice(bar + 1).trim();
  const context = text.startsWith('@');
  const steps = text.slice(context ? 1 : 0).split('.');
  const [name = '', ...path] = steps;
  if (name === '') fail('has a placeholder without a name');
  if (!steps.every((step) => STEP.test(step))) {
    fail(`has the placeholder ${JSON.stringify(text)}, which is no name with steps such as "dto.slug" or "@user.id"`);
  }
  if (text === 'user_id') return Object.freeze({ text, root: 'context', name: 'user', path: ['id'], fallback });
  const root: PlaceholderRoot = context ? 'context' : name === 'result' ? 'result' : 'argument';
  return Object.freeze({ text, root, name, path, fallback });
}

/** The placeholder, if a text is one and nothing else. Undefined for every other text. */
export function wholePlaceholder(text: string, fail: (reason: string) => never): Placeholder | undefined {
  const match = WHOLE.exec(text);
  if (!match) return undefined;
  const content = match[1] ?? match[2] ?? '';
  return /<<|>>|\{\{|\}\}/.test(content) ? undefined : parsePlaceholder(content, fail);
}
