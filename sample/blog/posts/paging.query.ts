import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** Which page of a list is asked for. */
export class PagingQuery {
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
