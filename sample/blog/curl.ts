/** Shows the headers too, and ends the line after the body. */
const SHOW = `curl -iw '\\n'`;
export const JSON_BODY = `-H 'content-type: application/json'`;

export interface Call {
  /** Left out: GET, and POST with a body. */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: object;
  /** Sends the token that the shell has in `TOKEN`. */
  readonly signedIn?: boolean;
}

/** A line for a POSIX shell. No quote character `'` may be in it. */
export function curlLine(url: string, { method, body, signedIn = false }: Call = {}): string {
  return [
    SHOW,
    method && `-X ${method}`,
    `'${url}'`,
    signedIn && `-H "authorization: Bearer $TOKEN"`,
    body && `${JSON_BODY} -d '${JSON.stringify(body)}'`,
  ]
    .filter(Boolean)
    .join(' ');
}
