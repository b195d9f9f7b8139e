/** Whoever writes the posts; for the ones from the data package, the group that writes the specification. */
export interface Author {
  readonly slug: string;
  readonly name: string;
}

const GROUPS: readonly (readonly [pattern: RegExp, author: Author])[] = [
  [/whatwg/, { slug: 'whatwg', name: 'WHATWG' }],
  [/csswg\.org|css-houdini/, { slug: 'css-working-group', name: 'CSS Working Group' }],
  [/tc39/, { slug: 'tc39', name: 'Ecma TC39' }],
  [/khronos/, { slug: 'khronos', name: 'Khronos Group' }],
  [/webassembly/i, { slug: 'webassembly-group', name: 'WebAssembly Working Group' }],
  [/immersive-web/, { slug: 'immersive-web-group', name: 'Immersive Web Working Group' }],
  [/webaudio/, { slug: 'audio-working-group', name: 'Audio Working Group' }],
  [/httpwg|rfc-editor/, { slug: 'ietf', name: 'IETF' }],
  [/wicg/i, { slug: 'wicg', name: 'Web Incubator Community Group' }],
];
const OTHERWISE: Author = { slug: 'w3c', name: 'W3C' };

export function authorOf(specification: string): Author {
  return GROUPS.find(([pattern]) => pattern.test(specification))?.[1] ?? OTHERWISE;
}
