import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** A fenced block of a page. */
export interface Block {
  /** The page and the line of the fence: `README.md:46`. */
  readonly place: string;
  /** The first word behind the fence; empty without one. */
  readonly language: string;
  readonly code: string;
}

/** What blocks may use without showing where it comes from. */
const IMPORTABLE: Readonly<Record<string, string>> = {
  '@nestjs/common': 'Header Injectable',
  '@nestjs/testing': 'Test',
  nestash:
    'CacheControl CacheDefaults CacheModule CachePut CacheService Cacheable CacheableMany InjectCache InvalidateCache cacheKeys nearStore redisStore',
  'nestash/testing': 'CacheTestingModule storeContract',
};

/** The application that the pages talk about. */
const APPLICATION = `
type CacheStore = import('nestash').CacheStore;
type StoreNamespace = import('nestash').StoreNamespace;
interface Post { slug: string; authorId: string; title: string }
interface User { readonly id: number; readonly name: string }
interface AppRequest { readonly session?: { readonly user?: { readonly id: string } } }
declare class ConfigService { getOrThrow(name: string): string }
declare class ChangesDto { readonly title: string }
declare class PostsService {
  findAll(): Promise<Post[]>;
  findOne(slug: string): Promise<Post>;
  update(slug: string, changes: ChangesDto): Promise<Post>;
}
declare class UsersTable {
  find(id: number): Promise<User | undefined>;
  findIn(ids: number[]): Promise<User[]>;
  rename(id: number, name: string): Promise<void>;
}
interface MyStore extends CacheStore {}
declare class MyStore {
  constructor(namespace?: StoreNamespace);
}
declare const cache: import('nestash').CacheService;
declare const changes: ChangesDto;
declare const [id, slug]: [string, string];
declare function load(): Promise<Post>;
declare function save(changes: ChangesDto): Promise<Post>;
declare function rebuild(signal: AbortSignal): Promise<void>;
`;

/** What a decorator on a line of its own is put on: a method that takes whatever its callbacks want. */
const METHOD = 'async method(first: any[], ...others: any[]): Promise<any> {}';

/** The fenced blocks of a page, in their order. */
export function blocksOf(page: string, text = readFileSync(join(ROOT, page), 'utf8')): Block[] {
  return [...text.matchAll(/^```(\w*).*\n([^]*?)^```$/gm)].map((match) => ({
    place: `${page}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }));
}

/** What the compiler has to say about blocks of TypeScript, each a file of its own: `README.md:46, line 3: …`. */
export function compileBlocks(blocks: readonly Block[]): string[] {
  const path = (name: string): string => join(ROOT, 'test', 'unit', name);
  const files = new Map(blocks.map((block, index) => [path(`documented-${index}.ts`), block]));
  const texts = new Map([[path('documented-application.d.ts'), APPLICATION]]);
  for (const [file, { code }] of files) texts.set(file, dressed(code));
  const { options } = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'tsconfig.test.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  })!;
  const program = ts.createProgram([...texts.keys()], options, hostOf(texts, options));
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start = 0, messageText }) => {
        const line = source.getLineAndCharacterOfPosition(start).line + 1;
        const place = files.get(file)?.place ?? 'the application of the pages';
        return `${place}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    );
  });
}

/** A block as a module: what it leaves out is put on lines that it has, so that lines keep their numbers. */
function dressed(code: string): string {
  return `${importsFor(code)} export {}; ${/^(export )?class /m.test(code) ? code : withMethods(code)}`;
}

function importsFor(code: string): string {
  const imported = new Set([...code.matchAll(/^import .*?\{(.*?)\}/gms)].flatMap(([, names]) => namesIn(names ?? '')));
  const used = new Set(namesIn(code));
  return Object.entries(IMPORTABLE)
    .map(([from, names]) => [from, names.split(' ').filter((name) => used.has(name) && !imported.has(name))] as const)
    .map(([from, names]) => (names.length > 0 ? `import { ${names.join(', ')} } from '${from}';` : ''))
    .join(' ');
}

function namesIn(text: string): string[] {
  return text.match(/[\w$]+/g) ?? [];
}

/** Each line that is a decorator gets something to stand on. */
function withMethods(code: string): string {
  let pending = '';
  const lines = code.split('\n').map((line, index) => {
    const before = pending;
    pending = '';
    if (!line.startsWith('@')) return before + line;
    const isOfClass = line.startsWith('@CacheDefaults');
    pending = isOfClass ? `class Shown${index} {} ` : `${METHOD} } `;
    return `${before}${isOfClass ? '' : `class Shown${index} { `}${line}`;
  });
  return lines.join('\n') + pending;
}

function hostOf(texts: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    fileExists: (file) => texts.has(file) || host.fileExists(file),
    readFile: (file) => texts.get(file) ?? host.readFile(file),
    getSourceFile: (file, languageVersion, ...rest) => {
      const text = texts.get(file);
      return text === undefined
        ? host.getSourceFile(file, languageVersion, ...rest)
        : ts.createSourceFile(file, text, languageVersion);
    },
  };
}
