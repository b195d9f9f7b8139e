import type { Language } from '../languages.js';

export interface Category {
  readonly slug: string;
  readonly name: Readonly<Record<Language, string>>;
}

const everywhere = (name: string): Category['name'] => ({ en: name, de: name, fr: name });

/** By the first segment of the names in the compatibility tables, as in `css.properties.grid`. */
const CATEGORIES: Readonly<Record<string, Category>> = {
  css: { slug: 'css', name: everywhere('CSS') },
  html: { slug: 'html', name: everywhere('HTML') },
  javascript: { slug: 'javascript', name: everywhere('JavaScript') },
  api: { slug: 'web-apis', name: { en: 'Web APIs', de: 'Web-APIs', fr: 'API web' } },
  http: { slug: 'http', name: everywhere('HTTP') },
  webassembly: { slug: 'webassembly', name: everywhere('WebAssembly') },
};
const OTHERWISE: Category = {
  slug: 'platform',
  name: { en: 'Web platform', de: 'Webplattform', fr: 'Plateforme web' },
};

/** The category that most parts of a feature belong to. */
export function categoryOf(parts: readonly string[]): Category {
  const counts = new Map<string, number>();
  for (const part of parts) {
    const area = part.slice(0, part.indexOf('.'));
    counts.set(area, (counts.get(area) ?? 0) + 1);
  }
  const [area] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [''];
  return CATEGORIES[area] ?? OTHERWISE;
}
