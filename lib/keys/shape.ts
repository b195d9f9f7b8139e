import { encodeSegment, LONGEST_SEGMENT } from './escape.js';
import type { Placeholder } from './placeholder.js';
import type { Bindings } from './resolver.js';
import type { Template, TemplateSegment } from './template.js';

/**
 * What is known of the values of a placeholder. Scalars become their text; the empty text, nothing and texts that are too
 * long become markers. An object or array always becomes a hash, which no literal and no scalar shares.
 */
export type ValueKind = 'any' | 'scalar' | 'number' | 'uuid' | 'object' | 'array';

/** What one segment of the keys of a template can be. */
export type ShapeSegment =
  | { readonly kind: 'literal' | 'wildcard'; readonly text: string }
  | {
      readonly kind: 'value';
      /** What the placeholder is called in messages. */
      readonly name: string;
      readonly prefix: string;
      readonly suffix: string;
      readonly takes: ValueKind;
    };

/**
 * What the keys of a template, or the patterns of an invalidation, can be. The partition in front is left out, for it
 * stands in front of all of them, and two tenants never meet.
 */
export interface Shape {
  /** As the developer wrote it, or what stands for it. */
  readonly text: string;
  readonly segments: readonly ShapeSegment[];
  /** Whether anything may follow: nobody knows what a key function returns. */
  readonly isOpen: boolean;
}

/** What a placeholder takes; undefined where an invalidation never has its value, so that it ends in front of it. */
export type KindOf = (placeholder: Placeholder) => ValueKind | undefined;

/** The shape of a template, and of a pattern, which widens to the path in front of a value that it cannot have. */
export function shapeOf(template: Template, kindOf: KindOf, bindings: Bindings = new Map()): Shape {
  const segments: ShapeSegment[] = [];
  for (const segment of template.segments) {
    const shaped = segment.kind === 'placeholder' ? shapeOfPlaceholder(segment, kindOf, bindings) : segment;
    if (!shaped) break;
    segments.push(shaped);
  }
  return { text: template.text, segments, isOpen: false };
}

/** A literal as a segment of a shape. */
export function literalShape(text: string): ShapeSegment {
  return { kind: 'literal', text };
}

/** A value that makes a segment of its own. */
export function valueShape(name: string, takes: ValueKind): ShapeSegment {
  return { kind: 'value', name, prefix: '', suffix: '', takes };
}

function shapeOfPlaceholder(
  { placeholder, prefix, suffix }: Extract<TemplateSegment, { kind: 'placeholder' }>,
  kindOf: KindOf,
  bindings: Bindings,
): ShapeSegment | undefined {
  const binding = bindings.get(placeholder.text);
  if (binding?.kind !== 'value') {
    const bound = binding?.placeholder ?? placeholder;
    const takes = kindOf(bound);
    return takes && { kind: 'value', name: bound.text, prefix, suffix, takes };
  }
  try {
    return literalShape(
      prefix + encodeSegment(binding.value, LONGEST_SEGMENT - prefix.length - suffix.length) + suffix,
    );
  } catch {
    return undefined;
  }
}
