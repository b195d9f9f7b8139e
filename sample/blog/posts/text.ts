import type { PipeTransform } from '@nestjs/common';
import { applyDecorators, NotFoundException } from '@nestjs/common';
import { IsString, Matches, MaxLength } from 'class-validator';

const SLUG = /^[a-z0-9]+(-+[a-z0-9]+)*$/;
const LONGEST_SLUG = 80;

/** Lower-case words joined by hyphens, as addresses are made of; with `each`, an array of them. */
export function IsSlug({ each = false } = {}): PropertyDecorator {
  const message = '$property must consist of lower-case words joined by hyphens';
  return applyDecorators(Matches(SLUG, { each, message }), MaxLength(LONGEST_SLUG, { each }));
}

/** A text of at most this many characters that PostgreSQL can hold. */
export function IsText(longest: number): PropertyDecorator {
  return applyDecorators(
    IsString(),
    MaxLength(longest),
    Matches(/^[^\0]*$/, { message: '$property must not contain the character U+0000' }),
  );
}

/** The slug in an address. What cannot be one names no post. */
export class SlugPipe implements PipeTransform<string, string> {
  transform(slug: string): string {
    if (SLUG.test(slug) && slug.length <= LONGEST_SLUG) return slug;
    throw new NotFoundException('There is no post with this address');
  }
}
