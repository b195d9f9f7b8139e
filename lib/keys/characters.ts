/**
 * The characters that never stand in a key as they are: what separates segments, what is special in patterns, templates,
 * markers and Redis, and what nobody sees. The invisible ones are listed, because `\s` and `\p{Cf}` grow with the
 * Unicode version of Node, and two processes must name the same thing; the three classes used here never change.
 */
const UNSAFE =
  /[:*?[\]\\%{}~<> \p{Cc}\p{Cs}\p{Co}\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}]/gu;

/** What most texts are: nothing in it is unsafe. */
const PLAIN = /^[\w.-]+$/;

const ESCAPES = /%u([0-9A-F]{4})|((?:%[0-9A-F]{2})+)/g;

/** The text with every unsafe character as the `%XX` of its UTF-8 bytes, and a lone surrogate as `%uD800`. */
export function escapeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code >= 0xd800 && code <= 0xdfff) return `%u${code.toString(16).toUpperCase()}`;
    return Array.from(Buffer.from(character, 'utf8'), (byte) => `%${hexadecimal(byte)}`).join('');
  });
}

/** Why a text is not what `escapeText` makes of some text, to be put after the name of what it is in; or undefined. */
export function flawOf(escaped: string): string | undefined {
  const unsafe = new Set(escaped.match(UNSAFE));
  const escapes = unsafe.delete('%');
  if (unsafe.size > 0) return `has ${[...unsafe].map(show).join(', ')} in ${JSON.stringify(escaped)}`;
  if (escapes && !isEscaped(escaped)) {
    return `has a "%" in ${JSON.stringify(escaped)} that does not begin the encoding of a character, such as "%3A"`;
  }
  return undefined;
}

function isEscaped(text: string): boolean {
  const plain = text.replace(ESCAPES, (_, surrogate: string | undefined, sequence: string) =>
    surrogate ? String.fromCharCode(parseInt(surrogate, 16)) : decodeBytes(sequence),
  );
  // Bytes that are no UTF-8 become U+FFFD, which is not escaped into them again.
  return escapeText(plain) === text;
}

function decodeBytes(sequence: string): string {
  return Buffer.from(sequence.replaceAll('%', ''), 'hex').toString('utf8');
}

function hexadecimal(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

function show(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === ' ') return 'a space';
  return code > 0x20 && code < 0x7f ? `"${character}"` : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
