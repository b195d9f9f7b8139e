import type { Input } from './inputs.js';
import { ARGUMENTS, HANDLER_INPUTS, SERVICE_INPUTS, THIS } from './inputs.js';
import type { RandomApplication, Treatment } from './random-application.js';
import type { Attribute } from './visits.js';

/** An input of the cached method, with its place in it. */
export interface PlacedInput {
  readonly input: Input;
  readonly index: number;
  readonly treatment: Treatment;
  /** The expressions that the method evaluates. */
  readonly reads: readonly string[];
  /** What stands for it in the template; empty for nothing. */
  readonly placeholder: string;
}

/** What an application declares for its method, in words of the source. */
export interface MethodText {
  readonly inputs: readonly PlacedInput[];
  /** The parameters that are declared, in order. */
  readonly parameters: string;
  /** What a calling handler passes. */
  readonly passed: string;
  readonly template: string;
  readonly ignore: readonly string[];
  /** The source of the function that makes the key. */
  readonly keyFunction: string;
  readonly attributes: readonly Attribute[];
}

/** What every class of tests calls the method. */
export const METHOD = 'find';

export function methodTextOf(application: RandomApplication): MethodText {
  const inputs = placedInputs(application);
  const declared = inputs.filter(({ input }) => input.parameter !== undefined);
  return {
    inputs,
    parameters: declared.map(({ input }) => input.parameter).join(', '),
    passed: inputs.flatMap(({ input }) => input.passed ?? []).join(', '),
    template: templateOf(application, inputs),
    ignore: application.pasted?.ignore ?? inputs.filter(({ treatment }) => treatment === 'ignored').map(nameOf),
    keyFunction: keyFunctionOf(application, declared),
    attributes: [...new Set(inputs.flatMap(({ input, reads }) => reads.map((expression) => input.reads[expression]!)))],
  };
}

/** The body of the method: an answer that tells of everything it reads. */
export function bodyOf(inputs: readonly PlacedInput[], own: string): string {
  const read = inputs.flatMap((placed) =>
    placed.reads.map((expression) => `${JSON.stringify(labelOf(placed, expression))}: (${expression}) ?? null`),
  );
  return `tools.runs++; return { own: ${own}, ${read.join(', ')} };`;
}

/** What an answer says, without what its method may leave out of the key. */
export function withoutIgnored(body: string, ignore: readonly string[]): unknown {
  const answer = JSON.parse(body) as Record<string, unknown>;
  const isIgnored = (name: string) =>
    name
      .split('|')[0]!
      .split(',')
      .some((each) => ignore.includes(each));
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !isIgnored(name)));
}

function placedInputs({ place, inputs, self, selfReads, undeclared }: RandomApplication): PlacedInput[] {
  const catalog = place === 'handler' ? HANDLER_INPUTS : SERVICE_INPUTS;
  const extra = (input: Input, treatment: Treatment | undefined, reads = 1) =>
    treatment === undefined ? [] : [{ input, treatment, reads, choice: 0 }];
  return [
    ...inputs.map(({ kind, ...used }) => ({ ...used, input: catalog[kind]! })),
    ...extra(THIS, self, selfReads),
    ...extra(ARGUMENTS, place === 'service' ? undeclared : undefined),
  ].map(({ input, treatment, reads, choice }, index) => {
    const expressions = Object.keys(input.reads);
    const chosen = expressions.filter((_, bit) => (reads >> bit) % 2 === 1);
    const isCoverable = treatment !== 'covered' || input.covering.length > 0;
    return {
      input,
      index,
      treatment: isCoverable ? treatment : 'ignored',
      reads: chosen.length > 0 ? chosen : expressions.slice(0, 1),
      placeholder: placeholderOf(input, treatment, choice).replace('#', String(index)),
    };
  });
}

function placeholderOf({ covering, parts }: Input, treatment: Treatment, choice: number): string {
  const placeholders = treatment === 'covered' ? covering : treatment === 'part' ? parts : [];
  return placeholders[choice % (placeholders.length || 1)] ?? '';
}

function templateOf({ namesUser, namesAll }: RandomApplication, inputs: readonly PlacedInput[]): string {
  const names = inputs.map(({ placeholder }) => placeholder).filter((placeholder) => placeholder !== '');
  const all = [...names, ...(namesUser ? ['user_id'] : []), ...(namesAll ? ['args'] : [])];
  return ['item', ...all.map((name) => `<<${name}>>`)].join(':');
}

/** A function that puts all that it declares into the key, up to the last input that is to be in it. */
function keyFunctionOf({ scope, hasDefaults, pasted }: RandomApplication, declared: readonly PlacedInput[]): string {
  const last = declared.findLastIndex(({ treatment }) => treatment === 'covered' || treatment === 'part');
  const used = pasted?.takes === undefined ? declared.slice(0, last + 1) : declared;
  const elements = used.map(({ input }) => `[${Object.keys(input.reads).join(', ')}]`);
  const front = hasDefaults ? ["'item'"] : [`'${scope}'`, "'blog'", "'item'"];
  if (pasted?.takes === '...args') return `(...args) => [${front.join(', ')}, args]`;
  return `(${used.map(({ input }) => input.parameter).join(', ')}) => [${[...front, ...elements].join(', ')}]`;
}

function nameOf({ input, index }: Pick<PlacedInput, 'input' | 'index'>): string {
  return input.name.replace('#', String(index));
}

/** What an expression is called in the answer: by the names under which `ignore` leaves it out. */
function labelOf(placed: PlacedInput, expression: string): string {
  const { kind, noticed = {} } = placed.input;
  const names = noticed[expression] ?? [nameOf(placed), kind ?? []].flat().join();
  return `${names}|${expression}`;
}
