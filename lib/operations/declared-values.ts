import 'reflect-metadata';
import { ParseFloatPipe, ParseIntPipe, ParseUUIDPipe } from '@nestjs/common';
import type { ValueKind } from '../keys/shape.js';
import type { InputKind } from './input-kinds.js';

const PARAMETER_TYPES = 'design:paramtypes';
const SCALARS: readonly unknown[] = [String, Number, Boolean, BigInt];
/** What a client cannot make an object of, whatever it sends; a query may become one in spite of its declared type. */
const TRUSTED: readonly InputKind[] = ['argument', 'param', 'host', 'ip'];
/** What pipes of Nest let through. */
const PIPED = new Map<abstract new (...args: never[]) => unknown, ValueKind>([
  [ParseIntPipe, 'number'],
  [ParseFloatPipe, 'number'],
  [ParseUUIDPipe, 'uuid'],
]);

/** The types of parameters that the compiler wrote down, by position. */
export function declaredTypes(owner: object, method: string | symbol): readonly unknown[] {
  const { prototype } = owner as { prototype: object };
  return (Reflect.getMetadata(PARAMETER_TYPES, prototype, method) ?? []) as readonly unknown[];
}

/**
 * What the values of a parameter are, as far as it is certain. That one declared as a number is one, only its last pipe
 * makes certain: a handler without it hands the text on, and a further pipe makes of the number what it likes.
 */
export function valuesOfInput(
  { kind, isRest }: { kind: InputKind; isRest: boolean },
  type: unknown,
  pipes: readonly unknown[] = [],
): ValueKind {
  if (isRest) return 'array';
  const last = pipes.at(-1);
  for (const [pipe, takes] of PIPED) if (last === pipe || last instanceof pipe) return takes;
  return TRUSTED.includes(kind) && SCALARS.includes(type) ? 'scalar' : 'any';
}
