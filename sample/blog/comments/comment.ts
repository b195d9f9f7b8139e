import { IsNotEmpty } from 'class-validator';
import { IsText } from '../posts/text.js';

/** A comment as everybody sees it. */
export interface Comment {
  readonly id: number;
  readonly text: string;
  readonly createdAt: Date;
  readonly author: { readonly id: number; readonly name: string };
}

export class WriteCommentDto {
  @IsNotEmpty()
  @IsText(2_000)
  text!: string;
}
