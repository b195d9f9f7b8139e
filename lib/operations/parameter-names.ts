const OPENING = '([{';
const CLOSING = ')]}';
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** The object, not a property of that name: `call.arguments`, `{ arguments: [] }`. */
const ARGUMENTS = /(?<![\p{ID_Continue}$]|(?<!\.\.)\.\s*|[{,]\s*(?=arguments\s*:))arguments(?![\p{ID_Continue}$])/u;
/** An arrow function whose only parameter has no parentheses. */
const BARE_PARAMETER = /^\s*(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\s*=>/u;

/** A template literal, with others in what it inserts. */
const TEMPLATE = /`(?:\\[^]|[^`\\$]|\$(?!\{)|\$\{(?:`(?:\\[^]|[^`\\])*`|\{[^{}`]*\}|[^`{}])*\})*`|`(?:\\[^]|[^`\\])*`/
  .source;
/** What can stand in front of a regular expression, and not of a division. */
const OPERATOR = /(?:[=(,:?[{&|!;<>^~%]|(?<!\+)\+|(?<!-)-|\*)\s*/.source;
const KEYWORD = /\b(?:return|typeof|case|in|of|void|delete|instanceof|else|throw|yield|await)\s*/.source;
const PATTERN = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+\/[a-z]*/.source;
const LITERAL = new RegExp(
  String.raw`\/\*[^]*?\*\/|\/\/[^\n]*|'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"|${TEMPLATE}|(?<=${OPERATOR}|${KEYWORD})${PATTERN}`,
  'g',
);

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
  const bare = BARE_PARAMETER.exec(source)?.[1];
  if (bare !== undefined) return [{ name: bare, isRest: false }];
  const opening = parameterListStart(source);
  if (opening < 0) return [];
  return splitParameters(source, opening).map((parameter) => {
    const text = parameter.split('=')[0]!.trim();
    const name = text.replace(/^\.\.\.\s*/, '');
    return { name: IDENTIFIER.test(name) ? name : undefined, isRest: text.startsWith('...') };
  });
}

/** Whether the source of a function uses the object `arguments`, and so more than its parameters. */
export function usesArguments(method: (...args: never[]) => unknown): boolean {
  const source = Function.prototype.toString.call(method);
  if (!source.includes('arguments')) return false;
  // What a template literal inserts is code as well.
  const inserted = (source.match(new RegExp(TEMPLATE, 'g')) ?? []).filter((literal) => literal.includes('${'));
  return ARGUMENTS.test([withoutCommentsAndLiterals(source), ...inserted].join(' '));
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
  return source.replace(LITERAL, (found) => (found.startsWith('/*') || found.startsWith('//') ? ' ' : '0'));
}
