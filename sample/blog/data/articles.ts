import type { Language } from '../languages.js';
import { LANGUAGES } from '../languages.js';
import type { Author } from './authors.js';
import { authorOf } from './authors.js';
import type { Category } from './categories.js';
import { categoryOf } from './categories.js';
import type { Baseline, Feature, Shipping } from './features.js';
import { readFeatures } from './features.js';
import type { Phrases } from './phrases.js';
import { PHRASES } from './phrases.js';

export interface ArticleText {
  readonly lang: Language;
  readonly title: string;
  readonly summary: string;
  readonly body: string;
}

/** A post of the blog as it is told from a feature, in every language. */
export interface Article {
  readonly slug: string;
  readonly author: Author;
  readonly category: Category;
  readonly tags: readonly { readonly slug: string; readonly name: string }[];
  /** The day when the first browser supported the feature; none as long as there is no such browser. */
  readonly publishedAt: Date | null;
  readonly texts: readonly ArticleText[];
}

const BASELINE_TAGS: Record<Baseline['kind'], { slug: string; name: string }> = {
  widely: { slug: 'widely-available', name: 'Widely available' },
  newly: { slug: 'newly-available', name: 'Newly available' },
  limited: { slug: 'limited-availability', name: 'Limited availability' },
};

const PARTS_NAMED = 3;

/** One article for each feature of the web platform. */
export function writeArticles(): Article[] {
  return readFeatures().map((feature) => ({
    slug: feature.id,
    author: authorOf(feature.specification),
    category: categoryOf(feature.parts),
    tags: [...feature.topics, BASELINE_TAGS[feature.baseline.kind]],
    publishedAt: feature.shipped[0]?.date ?? null,
    texts: LANGUAGES.map((lang) => writeText(feature, lang)),
  }));
}

function writeText(feature: Feature, lang: Language): ArticleText {
  const phrases = PHRASES[lang];
  const words = wordsOf(lang);
  const availability = baselineSentence(feature.baseline, phrases, words);
  const original = phrases.original(feature.description);
  const story = shippingSentences(feature.shipped, phrases, words);
  const paragraphs = [
    lang === 'en' ? `${story} ${availability}` : `${original}\n\n${story}`,
    feature.parts.length > 0 && phrases.parts(feature.parts.length, words.list(shortest(feature.parts))),
    feature.discouraged && phrases.discouraged(feature.discouraged),
    phrases.specification(authorOf(feature.specification).name, feature.specification),
  ];
  return {
    lang,
    title: feature.name,
    summary: lang === 'en' ? original : availability,
    body: paragraphs.filter(Boolean).join('\n\n'),
  };
}

function shippingSentences([first, ...others]: readonly Shipping[], phrases: Phrases, words: Words): string {
  if (!first) return phrases.nowhere;
  const named = others.map(({ browser, version, date }) => `${browser} ${version} (${words.date(date)})`);
  const beginning = phrases.first(`${first.browser} ${first.version}`, words.date(first.date));
  return named.length > 0 ? `${beginning} ${phrases.then(words.list(named))}` : beginning;
}

function baselineSentence(baseline: Baseline, phrases: Phrases, words: Words): string {
  switch (baseline.kind) {
    case 'widely':
      return phrases.widely(words.date(baseline.since), words.date(baseline.widelySince));
    case 'newly':
      return phrases.newly(words.date(baseline.since));
    case 'limited':
      return baseline.missingIn.length > 0 ? phrases.missing(words.list(baseline.missingIn)) : phrases.partly;
  }
}

/** A few names that stand for all: `css.properties.gap` says more than the name of one of its values. */
function shortest(parts: readonly string[]): string[] {
  return [...parts].sort((a, b) => a.length - b.length).slice(0, PARTS_NAMED);
}

interface Words {
  date(date: Date): string;
  list(items: readonly string[]): string;
}

const WORDS = new Map<Language, Words>();

function wordsOf(lang: Language): Words {
  let words = WORDS.get(lang);
  if (!words) {
    const dates = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' });
    const lists = new Intl.ListFormat(lang);
    words = { date: (date) => dates.format(date), list: (items) => lists.format(items) };
    WORDS.set(lang, words);
  }
  return words;
}
