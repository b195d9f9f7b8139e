import type { Placeholder } from '../keys/placeholder.js';
import type { ValueKind } from '../keys/shape.js';
import type { Nameable } from './binder.js';

const SCALARS = /^(?:user_id$|@user\.id$|@host$|@params\.)/;

/** What the values of a placeholder can be, as far as it is certain. */
export function kindOf(
  { root, name, path, text }: Placeholder,
  { inputs, hasResult, placeholders }: Nameable,
): ValueKind {
  if (SCALARS.test(text)) return 'scalar';
  const isPart = path.length > 0;
  if (root === 'context' || isPart || (root === 'result' && hasResult) || placeholders.has(name)) return 'any';
  const position = /^\d+$/.test(name) ? Number(name) : undefined;
  const input = inputs.find((each) => (position === undefined ? each.name === name : each.index === position));
  // A position names one argument, also of a rest parameter.
  if (input) return position !== undefined && input.isRest ? 'any' : input.takes;
  return name === 'args' ? 'array' : 'any';
}
