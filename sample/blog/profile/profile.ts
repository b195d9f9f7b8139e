import { IsNotEmpty, IsOptional } from 'class-validator';
import type { Role } from '../database/schema.js';
import { IsText } from '../posts/text.js';

/** What users see of themselves. */
export interface Profile {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly about: string;
}

/** A post as it stands in a user's own activity. */
export interface ActivePost {
  readonly slug: string;
  readonly title: string;
}

/** What a user did lately, the latest first. */
export interface Activity {
  readonly comments: readonly { readonly text: string; readonly createdAt: Date; readonly post: ActivePost }[];
  readonly likes: readonly ActivePost[];
}

/** What is left out stays as it is. */
export class UpdateProfileDto {
  /** The name under which a user's comments stand. */
  @IsOptional()
  @IsNotEmpty()
  @IsText(80)
  name?: string;

  @IsOptional()
  @IsText(1_000)
  about?: string;
}
