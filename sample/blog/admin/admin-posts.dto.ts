import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsOptional } from 'class-validator';
import { DEFAULT_LANGUAGE, LANGUAGES } from '../languages.js';
import type { Language } from '../languages.js';
import { ListPostsQuery } from '../posts/list-posts.query.js';
import { IsSlug, IsText } from '../posts/text.js';

const STATES = ['draft', 'published'] as const;

export class ListAdminPostsQuery extends ListPostsQuery {
  @IsOptional()
  @IsIn(STATES)
  state?: (typeof STATES)[number];
}

export class CreatePostDto {
  /** The address of the post. It stays as it is, and with it every link. */
  @IsSlug()
  slug!: string;

  @IsIn(LANGUAGES)
  lang: Language = DEFAULT_LANGUAGE;

  @IsNotEmpty()
  @IsText(200)
  title!: string;

  @IsText(1_000)
  summary!: string;

  @IsText(100_000)
  body!: string;

  @IsSlug()
  category!: string;

  @IsArray()
  @IsSlug({ each: true })
  @ArrayMaxSize(20)
  tags: string[] = [];
}

/** The text of a post in one language; what is left out stays as it is. */
export class UpdatePostDto {
  @IsIn(LANGUAGES)
  lang: Language = DEFAULT_LANGUAGE;

  @IsOptional()
  @IsNotEmpty()
  @IsText(200)
  title?: string;

  @IsOptional()
  @IsText(1_000)
  summary?: string;

  @IsOptional()
  @IsText(100_000)
  body?: string;
}
