import { posix } from 'node:path';
import ts from 'typescript';

/** A source file: its path below `lib/`, with `/`, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** An import that the order of the folders forbids and that is meant, with the reason. */
export interface AllowedImport {
  from: string;
  to: string;
  because: string;
}

/** The folders of `lib/` from the bottom up. A folder imports those of the rows above its own, and itself. */
const FOLDERS: readonly (readonly string[])[] = [
  ['core'],
  ['keys', 'serialization', 'resilience'],
  ['stores'],
  ['engine'],
  ['operations'],
  ['checks', 'decorators', 'http', 'observability', 'testing'],
  ['transports'],
  [''], // the files of lib/ itself
];

/** The packages that may be imported, and the paths that may do so. Nothing else is installed with the library. */
const PACKAGES: readonly { name: RegExp; in: RegExp; where: string }[] = [
  { name: /^node:/, in: /^/, where: 'everywhere' },
  { name: /^reflect-metadata$/, in: /^/, where: 'everywhere' },
  { name: /^rxjs(\/|$)/, in: /^/, where: 'everywhere' },
  {
    name: /^@nestjs\/(common|core)(\/|$)/,
    in: /^(operations|checks|decorators|http|observability|testing|transports)\/|^[^/]+$/,
    where: 'from operations/ down',
  },
  { name: /^ioredis(\/|$)/, in: /^stores\/redis[^/]*$/, where: 'stores/redis*' },
  { name: /^class-transformer(\/|$)/, in: /^serialization\/dto[^/]*$/, where: 'serialization/dto*' },
];

const MAX_LINES = 250;

/** Everything in these files that the map of the sources forbids, one sentence each. */
export function findViolations(files: readonly SourceFile[], allowed: readonly AllowedImport[] = []): string[] {
  const paths = new Set(files.map((file) => file.path));
  return [
    ...files.flatMap((file) => importViolations(file, paths, allowed)),
    ...unusedExceptions(files, allowed),
    ...findCycles(files),
    ...files.flatMap(shapeViolations),
  ];
}

/** What the text of `lib/README.md` leaves out of the map, and what it names that does not exist. */
export function findMapViolations(readme: string, paths: readonly string[]): string[] {
  const named = new Set([...readme.matchAll(/[\w@./-]+\.ts\b/g)].map(([name]) => name.replace(/^(\.\/)?(lib\/)?/, '')));
  const missing = paths.filter((path) => !named.has(path));
  const isElsewhere = (name: string) => /^(\.\.|test|sample|benchmark)\//.test(name);
  const unknown = [...named].filter(
    (name) => !isElsewhere(name) && !paths.some((path) => path === name || path.endsWith(`/${name}`)),
  );
  return [
    ...missing.map((path) => `lib/README.md does not name ${path}.`),
    ...unknown.map((name) => `lib/README.md names ${name}, which does not exist.`),
  ];
}

function importViolations(file: SourceFile, paths: ReadonlySet<string>, allowed: readonly AllowedImport[]): string[] {
  return importsOf(file).flatMap((specifier) => {
    if (!specifier.startsWith('.')) return packageViolations(file.path, specifier);
    const target = resolve(file.path, specifier);
    if (!paths.has(target)) return [`${file.path} imports ${specifier}, which is not a file of lib/.`];
    if (allowed.some(({ from, to }) => from === file.path && to === target)) return [];
    return folderViolations(file.path, target);
  });
}

function folderViolations(from: string, to: string): string[] {
  const [own, other] = [folderOf(from), folderOf(to)];
  const [ownRow, otherRow] = [rowOf(own), rowOf(other)];
  if (ownRow === -1) return [`${from} is in a folder that the map does not have.`];
  if (own === other || otherRow < ownRow) return [];
  return [`${from} imports ${to}, but ${own || 'lib'}/ may not import ${other || 'lib'}/.`];
}

function packageViolations(from: string, specifier: string): string[] {
  const rule = PACKAGES.find(({ name }) => name.test(specifier));
  if (!rule) return [`${from} imports ${specifier}, which users of the library do not have.`];
  return rule.in.test(from) ? [] : [`${from} imports ${specifier}, which is allowed only ${rule.where}.`];
}

function unusedExceptions(files: readonly SourceFile[], allowed: readonly AllowedImport[]): string[] {
  const isUsed = ({ from, to }: AllowedImport) =>
    files.some((file) => file.path === from && targetsOf(file).includes(to)) && folderViolations(from, to).length > 0;
  return allowed
    .filter((entry) => !isUsed(entry))
    .map(({ from, to }) => `The exception ${from} → ${to} is not needed.`);
}

function shapeViolations({ path, text }: SourceFile): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  const violations = lines > MAX_LINES ? [`${path} has ${lines} lines, more than ${MAX_LINES}.`] : [];
  if (/(^|\/)index\.ts$/.test(path) && /^\s*export\s+(type\s+)?\*/m.test(text)) {
    violations.push(`${path} has an "export *": it names its exports by hand.`);
  }
  return violations;
}

/** Each cycle once, starting at the file that comes first in the alphabet. */
function findCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, targetsOf(file)]));
  const cycles = new Set<string>();
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.add(rotate(trail.slice(start)).join(' → '));
    if (start !== -1 || finished.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return [...cycles].map((cycle) => `The files import each other in a circle: ${cycle}.`);
}

function rotate(cycle: readonly string[]): string[] {
  const first = cycle.indexOf([...cycle].sort()[0]!);
  const rotated = [...cycle.slice(first), ...cycle.slice(0, first)];
  return [...rotated, rotated[0]!];
}

function targetsOf(file: SourceFile): string[] {
  return importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(file.path, specifier));
}

/** The specifiers of everything that the file imports: types, exports from elsewhere, `import()` and `require()` too. */
function importsOf({ text }: SourceFile): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function rowOf(folder: string): number {
  return FOLDERS.findIndex((row) => row.includes(folder));
}
