/** What a developer may paste to make a key right. */
export interface Suggestion {
  /** Where the key stands if that is not the decorator: an entry of a catalog. */
  readonly place?: string | undefined;
  /** The template, as it is written there. */
  readonly key?: string | undefined;
  /** The parameters that a key function has to take. */
  readonly parameters?: readonly string[] | undefined;
  /** What the option `ignore` has to name. */
  readonly ignore?: readonly string[] | undefined;
}

/** The texts of a list in the words of a sentence. */
export function inWords(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

/** The option as it is written: `ignore: ['ip']`. */
export function ignoreText(names: readonly string[]): string {
  return `ignore: [${names.map((name) => `'${name}'`).join(', ')}]`;
}

/** What to write, `'public:search:<<q>>:<<page>>'`; empty where nothing but `ignore` helps. */
export function keyText({ place, key, parameters }: Suggestion): string {
  if (parameters) return `a key function that takes (${parameters.join(', ')})`;
  if (key === undefined) return '';
  return place === undefined ? `'${key}'` : `'${key}' in ${place}`;
}
