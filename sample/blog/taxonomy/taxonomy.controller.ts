import { Controller, Get } from '@nestjs/common';
import { Cacheable } from 'nestash';
import { publicTaxonomy } from '../keys/public.keys.js';
import type { Language } from '../languages.js';
import { VisitorLanguage } from '../languages.js';
import type { Counted } from './taxonomy.service.js';
import { TaxonomyService } from './taxonomy.service.js';

@Controller()
export class TaxonomyController {
  constructor(private readonly taxonomy: TaxonomyService) {}

  @Get('categories')
  @Cacheable(publicTaxonomy.categories)
  async categories(@VisitorLanguage() lang: Language): Promise<Counted[]> {
    return this.taxonomy.categories(lang);
  }

  @Get('tags')
  @Cacheable(publicTaxonomy.tags)
  async tags(): Promise<Counted[]> {
    return this.taxonomy.tags();
  }
}
