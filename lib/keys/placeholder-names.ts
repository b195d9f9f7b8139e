/** The names of a template's placeholders, known to the compiler: `'id'` for `'blog:<<id>>'`. `string` if it is not a literal. */
export type PlaceholderNames<T extends string> = string extends T ? string : NameOf<Contents<T>>;

type Contents<T extends string> = Angled<T> | Braced<T>;
type Angled<T extends string> = T extends `${string}<<${infer C}>>${infer Rest}` ? C | Angled<Rest> : never;
type Braced<T extends string> = T extends `${string}{{${infer C}}}${infer Rest}` ? C | Braced<Rest> : never;

type NameOf<C extends string> = C extends `${infer Name}|${string}` ? Trimmed<Name> : Trimmed<C>;
type Trimmed<S extends string> = S extends ` ${infer R}` ? Trimmed<R> : S extends `${infer R} ` ? Trimmed<R> : S;
