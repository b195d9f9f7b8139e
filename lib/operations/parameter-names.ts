const OPENING = '([{';
const CLOSING = ')]}';
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** A parameter as it stands in the source. */
export interface Parameter {
  /** Undefined for one that is destructured. */
  readonly name: string | undefined;
  readonly isRest: boolean;
}

/**
 * The parameters of a function, in order, read from its source. Minifiers and old compilation targets change names:
 * `<<0>>` does not depend on them.
 */
export function parametersOf(method: (...args: never[]) => unknown): Parameter[] {
  const source = withoutCommentsAndLiterals(Function.prototype.toString.call(method));
  const opening = parameterListStart(source);
  if (opening < 0) return [];
  return splitParameters(source, opening).map((parameter) => {
    const text = parameter.split('=')[0]!.trim();
    const name = text.replace(/^\.\.\.\s*/, '');
    return { name: IDENTIFIER.test(name) ? name : undefined, isRest: text.startsWith('...') };
  });
}

/** Behind a computed method name, which may hold brackets of its own. */
function parameterListStart(source: string): number {
  let depth = 0;
  for (let index = 0; index < source.length; index++) {
    if (source[index] === '[') depth++;
    else if (source[index] === ']') depth--;
    else if (source[index] === '(' && depth === 0) return index;
  }
  return -1;
}

function splitParameters(source: string, opening: number): string[] {
  const parameters: string[] = [];
  let depth = 0;
  let start = opening + 1;
  for (let index = opening; index < source.length; index++) {
    const character = source[index]!;
    if (OPENING.includes(character)) depth++;
    if (CLOSING.includes(character)) depth--;
    if (depth === 0 || (depth === 1 && character === ',')) {
      parameters.push(source.slice(start, index));
      start = index + 1;
    }
    if (depth === 0) break;
  }
  return parameters.filter((parameter, index) => index < parameters.length - 1 || parameter.trim() !== '');
}

/** Everything in which a bracket or a comma means nothing, replaced by a harmless text. */
function withoutCommentsAndLiterals(source: string): string {
  const literal =
    /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"|`(?:\\[^]|[^`\\])*`|(?<=[=(,:?[{&|!]\s*)\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+\/[a-z]*/g;
  return source.replace(literal, (found) => (found.startsWith('/*') || found.startsWith('//') ? ' ' : '0'));
}
