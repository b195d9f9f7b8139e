import { CacheError } from '../core/errors.js';
import { LONGEST_PATH, LONGEST_SEGMENT, MOST_SEGMENTS } from './escape.js';
import { flawOf } from './characters.js';
import { LONGEST_PATTERN, WILDCARD } from './glob.js';
import { parsePlaceholder, type Placeholder } from './placeholder.js';

export type TemplateSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'wildcard'; readonly text: string }
  | {
      readonly kind: 'placeholder';
      /** Literal text of the segment in front of the placeholder and behind it. */
      readonly prefix: string;
      readonly suffix: string;
      readonly placeholder: Placeholder;
    };

/** A template taken apart. No segments: the pattern `*`, which means everything. */
export interface Template {
  /** As the developer wrote it. */
  readonly text: string;
  /** Where it stands, for messages: `PostsController.findOne`. */
  readonly where: string;
  readonly segments: readonly TemplateSegment[];
}

export interface TemplateOptions {
  /** Where the template stands, for messages: `PostsController.findOne`. */
  readonly where: string;
  /** Whether it may have `*` and `?`: patterns of invalidations. Default `false`. */
  readonly pattern?: boolean;
}

type Fail = (reason: string) => never;
type Piece = string | Placeholder;

/**
 * Takes a template apart. `a:b:*` is `a:b` in a pattern. A literal may hold characters that a key has only encoded, if
 * they are written encoded: `caf%C3%A9` is refused, for `é` needs no encoding, `a%20b` is not.
 *
 * @throws CacheError `TEMPLATE_MALFORMED`
 */
export function parseTemplate(text: string, options: TemplateOptions): Template {
  const { where, pattern = false } = options;
  const fail: Fail = (reason) => {
    throw new CacheError('TEMPLATE_MALFORMED', { template: text, where, reason });
  };
  if (text === '') fail('is empty');
  if (text.length > LONGEST_PATH) fail(`is longer than ${LONGEST_PATH} characters`);
  const segments = split(text, fail).map((pieces) => toSegment(pieces, pattern, fail));
  if (segments.length > MOST_SEGMENTS) fail(`has more than ${MOST_SEGMENTS} segments`);
  while (isWholeWildcard(segments.at(-1))) segments.pop();
  if (text.length > LONGEST_PATTERN && segments.some(({ kind }) => kind === 'wildcard')) {
    fail(`is a pattern with wildcards of more than ${LONGEST_PATTERN} characters`);
  }
  return Object.freeze({ text, where, segments: Object.freeze(segments) });
}

/** The placeholders of a template, in their order. */
export function placeholdersOf(template: Template): Placeholder[] {
  return template.segments.flatMap((segment) => (segment.kind === 'placeholder' ? [segment.placeholder] : []));
}

/** The pieces of each segment: its literal texts, and its placeholders. A `:` inside a placeholder separates nothing. */
function split(text: string, fail: Fail): Piece[][] {
  const opening = /:|<<|\{\{/g;
  const segments: Piece[][] = [];
  let pieces: Piece[] = [];
  let position = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    if (match.index > position) pieces.push(text.slice(position, match.index));
    position = match.index + match[0].length;
    if (match[0] === ':') {
      segments.push(pieces);
      pieces = [];
      continue;
    }
    const end = text.indexOf(match[0] === '<<' ? '>>' : '}}', position);
    if (end < 0) fail(`opens a placeholder with "${match[0]}" and never closes it`);
    pieces.push(parsePlaceholder(text.slice(position, end), fail));
    position = opening.lastIndex = end + 2;
  }
  if (position < text.length) pieces.push(text.slice(position));
  segments.push(pieces);
  return segments;
}

function toSegment(pieces: readonly Piece[], pattern: boolean, fail: Fail): TemplateSegment {
  const placeholders = pieces.filter((piece) => typeof piece !== 'string');
  const literals = pieces.filter((piece) => typeof piece === 'string');
  const [placeholder, second] = placeholders;
  if (second)
    fail(
      `has two placeholders in one segment, <<${placeholder?.text}>> and <<${second.text}>>; put a ":" between them`,
    );
  if (pieces.length === 0) fail('has an empty segment; it may neither begin nor end with ":", nor have two in a row');
  const wildcard = literals.some((literal) => WILDCARD.test(literal));
  if (wildcard && !pattern) fail('has a wildcard, which only patterns of invalidations may have');
  if (wildcard && placeholder) fail(`has a wildcard and <<${placeholder.text}>> in one segment`);
  for (const literal of literals) checkLiteral(literal, fail);
  if (!placeholder) return { kind: wildcard ? 'wildcard' : 'literal', text: literals.join('').replace(/\*+/g, '*') };
  const [first, last] = [pieces[0], pieces.at(-1)];
  return {
    kind: 'placeholder',
    prefix: typeof first === 'string' ? first : '',
    suffix: typeof last === 'string' ? last : '',
    placeholder,
  };
}

function checkLiteral(literal: string, fail: Fail): void {
  const flaw = flawOf(literal.replace(/[*?]/g, ''));
  if (flaw !== undefined) fail(`${flaw}; a literal may have such characters only percent-encoded`);
  if (literal.length > LONGEST_SEGMENT) fail(`has a literal of more than ${LONGEST_SEGMENT} characters`);
}

function isWholeWildcard(segment: TemplateSegment | undefined): boolean {
  return segment?.kind === 'wildcard' && segment.text === '*';
}
