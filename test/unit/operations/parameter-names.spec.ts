import { parametersOf, usesArguments } from '../../../lib/operations/parameter-names.js';

type Method = (...args: never[]) => unknown;
const method = (text: string): Method =>
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the source of a method, as its author writes it
  (new Function(`return { ${text} }.find`) as () => Method)();
const names = (text: string): unknown[] => parametersOf(method(text)).map(({ name }) => name);

describe('the parameters of a method', () => {
  it.each([
    ["find(a, b = '),', c) {}", ['a', 'b', 'c']],
    ['find(a, b = /[)(,]/, c) {}', ['a', 'b', 'c']],
    ['find(a, b = (text) => /[(,]/.test(text), c) {}', ['a', 'b', 'c']],
    ['find(a, b = () => { return /[(]/ }, c) {}', ['a', 'b', 'c']],
    ['find(a, b = 4 / 2, c = 1 / 2) {}', ['a', 'b', 'c']],
    ['find(a, b = `)${`),`}(`, c) {}', ['a', 'b', 'c']],
    ['find(a, b = `${`)`}`, c) {}', ['a', 'b', 'c']],
    ['find({ a, b }, [c], /* ) */ d) {}', [undefined, undefined, 'd']],
    ["async 'find'(a, b) {}", ['a', 'b']],
    ["['fi' + 'nd)('.slice(0, 2)](a, b) {}", ['a', 'b']],
  ])('are %s', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });
});

describe('the object arguments', () => {
  it.each([
    'find() { return arguments[1] }',
    "find() { return /'/.test(arguments[1]) + 'x' }",
    'find() { return [...arguments] }',
    'find() { return `${ `${arguments[1]}` }` }',
    'find() { return { arguments } }',
    'find(a) { const f = (x) => /"/.test(x); return f(arguments[1]) + \'"\' }',
  ])('is used: %s', (text) => {
    expect(usesArguments(method(text))).toBe(true);
  });

  it.each([
    'find(call) { return call.arguments }',
    "find() { return 'arguments' }",
    'find() { return { arguments: 1 } }',
  ])('is not used: %s', (text) => {
    expect(usesArguments(method(text))).toBe(false);
  });
});
