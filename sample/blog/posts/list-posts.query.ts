import { Transform } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { PagingQuery } from './paging.query.js';
import { IsSlug, IsText } from './text.js';

/** `?search=` and `?search=%20` mean the same as no `search` at all. */
const EmptyIsAbsent = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() || undefined : value));

/**
 * What the list of posts can be asked for. The validation pipe drops whatever is not declared here and fills in the
 * defaults, so the cache makes one entry for each list that differs and none for each spelling of a URL.
 */
export class ListPostsQuery extends PagingQuery {
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
}
