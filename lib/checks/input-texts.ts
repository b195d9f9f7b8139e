import type { InputKind } from '../operations/input-kinds.js';
import type { MethodInput } from '../operations/method-inputs.js';

/** The decorators by which parameters get their values, for messages. */
const DECORATORS: Readonly<Partial<Record<InputKind, string>>> = {
  param: 'Param',
  query: 'Query',
  headers: 'Headers',
  body: 'Body',
  rawBody: 'RawBody',
  ip: 'Ip',
  host: 'HostParam',
  session: 'Session',
  cookies: 'Cookies',
  signedCookies: 'SignedCookies',
  files: 'UploadedFile',
  request: 'Req',
  response: 'Res',
  next: 'Next',
  args: 'Args',
  root: 'Parent',
  context: 'Context',
  info: 'Info',
  payload: 'Payload',
  client: 'ConnectedSocket',
};

/** An input as the developer wrote it: `@Headers('x') lang`, `argument page`. */
export function textOf({ kind, name, parameter, isWhole, isRest, index }: MethodInput): string {
  const own = parameter ?? `at position ${index}`;
  const decorator = DECORATORS[kind];
  if (decorator !== undefined) return `@${decorator}(${isWhole || name === undefined ? '' : `'${name}'`}) ${own}`;
  return kind === 'custom' ? `custom parameter ${own}` : `argument ${isRest ? '...' : ''}${own}`;
}
