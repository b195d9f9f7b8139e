import { CacheError } from '../core/errors.js';
import type { Type } from './contract.js';
import { parentOf } from './kinds.js';

/** Options of class-transformer, passed on as they are: groups, strategy, version… */
export interface TransformOptions {
  readonly groups?: readonly string[] | undefined;
  readonly strategy?: 'excludeAll' | 'exposeAll' | undefined;
  readonly version?: number | undefined;
  readonly excludePrefixes?: readonly string[] | undefined;
  readonly [option: string]: unknown;
}

/** What is used of the package class-transformer. */
export interface ClassTransformer {
  instanceToPlain(value: unknown, options?: object): unknown;
  plainToInstance(type: unknown, value: unknown, options?: object): unknown;
  Expose(): (target: object, property: string) => void;
}

/** What `@Type` says about a property. */
export interface NestedType {
  readonly type: unknown;
  readonly discriminator?: string | undefined;
  readonly subTypes?: readonly { readonly name: string; readonly value: Type }[] | undefined;
}

interface TypeMetadata {
  readonly typeFunction?: ((options: object) => unknown) | undefined;
  readonly reflectedType?: unknown;
  readonly options?: {
    readonly discriminator?: { readonly property?: string; readonly subTypes?: NestedType['subTypes'] };
  };
}

/** The storage in which the decorators of class-transformer keep what they say. */
interface Storage {
  findTypeMetadata(type: unknown, property: string): TypeMetadata | undefined;
  findExposeMetadata(type: unknown, property: string): unknown;
  readonly [map: string]: unknown;
}

interface Loaded {
  readonly transformer: ClassTransformer;
  /** Undefined if the application uses another copy of it than can be read here, as in some bundles. */
  readonly storage: Storage | undefined;
}

const PACKAGE = 'class-transformer';
const MAPS = ['_typeMetadatas', '_transformMetadatas', '_exposeMetadatas', '_excludeMetadatas'];

/** Undefined: nobody has looked yet. Null: it is not installed. */
let loaded: Loaded | null | undefined;

/**
 * Loads class-transformer, once. Afterwards it is used without waiting.
 *
 * @param usedBy what needs it, for the message
 * @throws CacheError `PACKAGE_MISSING`
 */
export async function loadClassTransformer(usedBy: string): Promise<ClassTransformer> {
  await prepareClassTransformer();
  return requireLoaded(usedBy).transformer;
}

/**
 * Loads class-transformer if it is installed, and remembers if it is not. Until then no class instance is encoded in the
 * form for the wire, because nobody knows what is decorated.
 */
export async function prepareClassTransformer(): Promise<void> {
  if (loaded !== undefined) return;
  try {
    const transformer = (await import('class-transformer')) as unknown as ClassTransformer;
    // @ts-expect-error -- the package has no declarations at this path
    const module = (await import('class-transformer/cjs/storage.js')) as { defaultMetadataStorage?: Storage };
    loaded = { transformer, storage: storageInUse(transformer, module.defaultMetadataStorage) };
  } catch (error) {
    if (!isMissing(error)) throw error;
    loaded = null;
  }
}

/**
 * Whether class-transformer decorates a class or one it derives from, nested `@Type` included; undefined while nobody
 * has looked for the package.
 */
export function isDecorated(constructor: unknown): boolean | undefined {
  if (loaded === undefined) return undefined;
  if (loaded === null) return false;
  const { storage } = loaded;
  // Without the storage in use every class may be decorated, and what is decorated must not leak.
  if (storage === undefined) return true;
  for (let type = constructor; typeof type === 'function' && type !== Function.prototype; type = parentOf(type)) {
    if (MAPS.some((map) => (storage[map] as ReadonlyMap<unknown, unknown> | undefined)?.has(type) ?? true)) return true;
  }
  return false;
}

/** What `@Type` says about a property of `type`, where `holder` is the object that has it. */
export function nestedTypeOf(type: Type, property: string, holder: object): NestedType | undefined {
  const metadata = loaded?.storage?.findTypeMetadata(type, property);
  if (metadata === undefined) return undefined;
  const declared = metadata.typeFunction?.({ newObject: holder, object: holder, property }) ?? metadata.reflectedType;
  const { property: discriminator, subTypes } = metadata.options?.discriminator ?? {};
  return { type: declared, discriminator, subTypes };
}

/**
 * The outward form of an instance of `type`, or of data that becomes one first: without what `@Exclude` hides, with
 * what `@Expose` adds.
 *
 * @throws CacheError `PACKAGE_MISSING` unless class-transformer was loaded
 */
export function outwardForm(value: object, type: Type, options: TransformOptions = {}): unknown {
  const { transformer } = requireLoaded('The option "type"');
  const instance = value instanceof type ? value : transformer.plainToInstance(type, copyOf(value), options);
  return transformer.instanceToPlain(instance, options);
}

/** Makes sure that class-transformer was loaded. */
export function requireLoaded(usedBy: string): Loaded {
  if (loaded === undefined || loaded === null) throw new CacheError('PACKAGE_MISSING', { package: PACKAGE, usedBy });
  return loaded;
}

/** The package's decorators may write to another copy of the storage; one that they write to shows what they wrote. */
function storageInUse(transformer: ClassTransformer, storage: Storage | undefined): Storage | undefined {
  class Probe {}
  transformer.Expose()(Probe.prototype, 'property');
  return storage?.findExposeMetadata(Probe, 'property') === undefined ? undefined : storage;
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

/** class-transformer deletes discriminators from the data it reads, which belongs to the caller. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null || parentOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]));
}
