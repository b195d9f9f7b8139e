import { BadRequestException, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';

/** The languages that the blog is written in; the first one is what a visitor gets who asks for none of them. */
export const LANGUAGES = ['en', 'de', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];
export const DEFAULT_LANGUAGE: Language = LANGUAGES[0];

/** What is read of a request of Express or Fastify. */
interface Asking {
  readonly query: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The language that a visitor reads, as a parameter of a handler. All the ways to ask for a language share their entries. */
export const VisitorLanguage = createParamDecorator((_data: undefined, context: ExecutionContext) =>
  languageOf(context.switchToHttp().getRequest<Asking>()),
);

/** The language that a request asks for: with `?lang=`, else with the header `Accept-Language`. */
function languageOf({ query, headers }: Asking): Language {
  const { lang } = query as { lang?: unknown };
  if (lang === undefined) return mostWanted(headers['accept-language']) ?? DEFAULT_LANGUAGE;
  const language = LANGUAGES.find((known) => known === lang);
  if (!language) throw new BadRequestException(`lang must be one of ${LANGUAGES.join(', ')}`);
  return language;
}

/** `de-AT, fr;q=0.8` is German, and French where there is no German. */
function mostWanted(acceptLanguage: unknown): Language | undefined {
  if (typeof acceptLanguage !== 'string') return undefined;
  const wanted = acceptLanguage.split(',').map((part) => {
    const [range = '', quality = 'q=1'] = part.split(';').map((each) => each.trim().toLowerCase());
    return { language: range.split('-')[0], quality: Number(quality.replace('q=', '')) };
  });
  return wanted
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ language }) => LANGUAGES.find((known) => known === language))
    .find((known) => known !== undefined);
}
