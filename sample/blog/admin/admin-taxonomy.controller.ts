import { Body, Controller, Param, Patch, UseGuards } from '@nestjs/common';
import { IsIn, IsNotEmpty } from 'class-validator';
import { InvalidateCache } from 'nestash';
import { AuthGuard, Roles } from '../auth/auth.guard.js';
import { publicTaxonomy } from '../keys/public.keys.js';
import { shown } from '../keys/shown.js';
import type { Language } from '../languages.js';
import { DEFAULT_LANGUAGE, LANGUAGES } from '../languages.js';
import type { Named } from '../posts/post.js';
import { IsText, SlugPipe } from '../posts/text.js';
import { TaxonomyService } from '../taxonomy/taxonomy.service.js';

export class RenameTagDto {
  @IsNotEmpty()
  @IsText(80)
  name!: string;
}

export class RenameCategoryDto extends RenameTagDto {
  @IsIn(LANGUAGES)
  lang: Language = DEFAULT_LANGUAGE;
}

/** A name stands in one list of its own, and on whatever page or list shows a post that has it. */
@Controller('admin')
@UseGuards(AuthGuard)
@Roles(['admin'])
export class AdminTaxonomyController {
  constructor(private readonly taxonomy: TaxonomyService) {}

  @Patch('categories/:slug')
  @InvalidateCache([publicTaxonomy.categories.with({ lang: '<<changes.lang>>' })], {
    tags: (_category, slug, { lang }) => [shown.category(slug, lang)],
  })
  async renameCategory(@Param('slug', SlugPipe) slug: string, @Body() changes: RenameCategoryDto): Promise<Named> {
    return this.taxonomy.renameCategory(slug, changes.lang, changes.name);
  }

  @Patch('tags/:slug')
  @InvalidateCache([publicTaxonomy.tags], { tags: (_tag, slug) => [shown.tag(slug)] })
  async renameTag(@Param('slug', SlugPipe) slug: string, @Body() { name }: RenameTagDto): Promise<Named> {
    return this.taxonomy.renameTag(slug, name);
  }
}
