import type { PipeTransform } from '@nestjs/common';
import { BadRequestException } from '@nestjs/common';

/** The languages that the blog is written in; the first one is what a visitor gets who asks for none. */
export const LANGUAGES = ['en', 'de', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];
export const DEFAULT_LANGUAGE: Language = LANGUAGES[0];

/** Turns `?lang=` into a language, so that a request without it and one with the default share a cache entry. */
export class LanguagePipe implements PipeTransform<unknown, Language> {
  transform(value: unknown): Language {
    const language = LANGUAGES.find((known) => known === (value ?? DEFAULT_LANGUAGE));
    if (!language) throw new BadRequestException(`lang must be one of ${LANGUAGES.join(', ')}`);
    return language;
  }
}
