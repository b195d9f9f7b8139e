import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { DEFAULT_LANGUAGE, LANGUAGES } from '../languages.js';
import type { Language } from '../languages.js';
import { ListPostsQuery } from '../posts/list-posts.query.js';

const STATES = ['draft', 'published'] as const;

export class ListAdminPostsQuery extends ListPostsQuery {
  @IsOptional()
  @IsIn(STATES)
  state?: (typeof STATES)[number];
}

export class CreatePostDto {
  /** The address of the post. It stays as it is, and with it every link. */
  @Matches(/^[a-z0-9]+(-[a-z0-9]+)*$/, { message: 'slug must consist of lower-case words joined by hyphens' })
  @MaxLength(80)
  slug!: string;

  @IsIn(LANGUAGES)
  lang: Language = DEFAULT_LANGUAGE;

  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  title!: string;

  @IsString()
  @MaxLength(1_000)
  summary!: string;

  @IsString()
  @MaxLength(100_000)
  body!: string;

  @IsString()
  category!: string;

  @IsArray()
  @IsString({ each: true })
  @ArrayMaxSize(20)
  tags: string[] = [];
}

/** The text of a post in one language; what is left out stays as it is. */
export class UpdatePostDto {
  @IsIn(LANGUAGES)
  lang: Language = DEFAULT_LANGUAGE;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  title?: string;

  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  summary?: string;

  @IsOptional()
  @IsString()
  @MaxLength(100_000)
  body?: string;
}
