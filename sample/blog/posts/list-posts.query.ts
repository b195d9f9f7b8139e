import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { DEFAULT_LANGUAGE, LANGUAGES } from '../languages.js';
import type { Language } from '../languages.js';
import { IsSlug, IsText } from './text.js';

/** `?search=` and `?search=%20` mean the same as no `search` at all. */
const EmptyIsAbsent = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() || undefined : value));

/**
 * What the list of posts can be asked for. The validation pipe drops whatever is not declared here and fills in the
 * defaults, so the cache makes one entry for each list that differs and none for each spelling of a URL.
 */
export class ListPostsQuery {
  @IsIn(LANGUAGES)
  lang: Language = DEFAULT_LANGUAGE;

  @EmptyIsAbsent()
  @IsOptional()
  @IsSlug()
  category?: string;

  @EmptyIsAbsent()
  @IsOptional()
  @IsSlug()
  tag?: string;

  @EmptyIsAbsent()
  @IsOptional()
  @IsSlug()
  author?: string;

  @EmptyIsAbsent()
  @IsOptional()
  @IsText(80)
  search?: string;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  page: number = 1;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(50)
  perPage: number = 10;
}
