/** The most characters of a pattern with wildcards. */
export const LONGEST_PATTERN = 256;
/** Finds a wildcard in a pattern. */
export const WILDCARD = /[*?]/;

/** What the matcher reads a text through; a string is one. */
export interface Characters {
  readonly length: number;
  charCodeAt(index: number): number;
}

const STAR = 0x2a;
const QUESTION_MARK = 0x3f;

/** Whether the first segments of a path are those of the pattern. */
export function covers(pattern: readonly string[], path: string): boolean {
  let start = 0;
  for (const segment of pattern) {
    if (start > path.length) return false;
    const colon = path.indexOf(':', start);
    const end = colon < 0 ? path.length : colon;
    if (!matchesSegment(segment, path.slice(start, end))) return false;
    start = end + 1;
  }
  return true;
}

/**
 * Whether a text matches a segment of a pattern. Only the last `*` is ever tried again, which is enough, so that at most
 * the product of both lengths is read, and patterns are short.
 */
export function matchesSegment(pattern: string, text: Characters): boolean {
  if (pattern === '*') return text.length > 0;
  let at = 0;
  let read = 0;
  let star = -1;
  let retry = 0;
  while (read < text.length) {
    const wanted = at < pattern.length ? pattern.charCodeAt(at) : -1;
    const found = wanted === STAR ? -1 : text.charCodeAt(read);
    if (wanted === STAR) {
      star = at++;
      retry = read;
    } else if (wanted === found || wanted === QUESTION_MARK) {
      at += 1;
      read += wanted === QUESTION_MARK ? widthOf(found) : 1;
    } else if (star < 0) {
      return false;
    } else {
      retry += 1;
      read = retry;
      at = star + 1;
    }
  }
  while (at < pattern.length && pattern.charCodeAt(at) === STAR) at += 1;
  return at === pattern.length;
}

/** Two for the first half of a surrogate pair; keys hold no lone surrogates. */
function widthOf(code: number): number {
  return (code & 0xfc00) === 0xd800 ? 2 : 1;
}
