import type { Language } from '../languages.js';

/** The sentences that articles are made of. Dates and lists arrive in the form of the language. */
export interface Phrases {
  original(description: string): string;
  first(browser: string, date: string): string;
  then(list: string): string;
  nowhere: string;
  widely(since: string, widelySince: string): string;
  newly(since: string): string;
  missing(list: string): string;
  partly: string;
  specification(author: string, url: string): string;
  parts(count: number, list: string): string;
  discouraged(reason: string): string;
}

export const PHRASES: Record<Language, Phrases> = {
  en: {
    original: (description) => description,
    first: (browser, date) => `${browser} was the first browser to support it, on ${date}.`,
    then: (list) => `Then came ${list}.`,
    nowhere: 'No browser supports it yet.',
    widely: (since, widelySince) =>
      `It has been part of Baseline since ${since} and widely available since ${widelySince}: you can rely on it nearly everywhere.`,
    newly: (since) =>
      `It has been part of Baseline since ${since}: the current version of every major browser supports it, while older devices may not.`,
    missing: (list) => `It is not part of Baseline: it is still missing in ${list}.`,
    partly: 'It is not part of Baseline yet, although every major browser supports some of it.',
    specification: (author, url) => `Specification: ${author}, ${url}`,
    parts: (count, list) =>
      count > 3
        ? `The compatibility tables list ${count} parts of it, among them ${list}.`
        : `In the compatibility tables, look for ${list}.`,
    discouraged: (reason) => `Better not use it in new work. ${reason}`,
  },
  de: {
    original: (description) => `Die Beschreibung im Original: „${description}“`,
    first: (browser, date) => `Als erster Browser unterstützte es ${browser}, am ${date}.`,
    then: (list) => `Danach kamen ${list}.`,
    nowhere: 'Noch unterstützt es kein Browser.',
    widely: (since, widelySince) =>
      `Es gehört seit dem ${since} zu Baseline und gilt seit dem ${widelySince} als weithin verfügbar: Man kann sich fast überall darauf verlassen.`,
    newly: (since) =>
      `Es gehört seit dem ${since} zu Baseline: Die aktuelle Version jedes großen Browsers unterstützt es, ältere Geräte vielleicht nicht.`,
    missing: (list) => `Es gehört nicht zu Baseline: Es fehlt noch in ${list}.`,
    partly: 'Es gehört noch nicht zu Baseline, obwohl jeder große Browser einen Teil davon unterstützt.',
    specification: (author, url) => `Spezifikation: ${author}, ${url}`,
    parts: (count, list) =>
      count > 3
        ? `Die Kompatibilitätstabellen führen ${count} Teile davon auf, darunter ${list}.`
        : `In den Kompatibilitätstabellen steht es unter ${list}.`,
    discouraged: (reason) => `Für Neues besser nicht verwenden. Die Begründung im Original: „${reason}“`,
  },
  fr: {
    original: (description) => `La description d’origine : « ${description} »`,
    first: (browser, date) => `Le premier navigateur à le prendre en charge a été ${browser}, le ${date}.`,
    then: (list) => `Puis sont venus ${list}.`,
    nowhere: 'Aucun navigateur ne le prend encore en charge.',
    widely: (since, widelySince) =>
      `Il fait partie de Baseline depuis le ${since} et il est largement disponible depuis le ${widelySince} : on peut compter dessus presque partout.`,
    newly: (since) =>
      `Il fait partie de Baseline depuis le ${since} : la version actuelle de chaque grand navigateur le prend en charge, mais pas forcément les appareils plus anciens.`,
    missing: (list) => `Il ne fait pas partie de Baseline : il manque encore dans ${list}.`,
    partly:
      'Il ne fait pas encore partie de Baseline, bien que chaque grand navigateur en prenne une partie en charge.',
    specification: (author, url) => `Spécification : ${author}, ${url}`,
    parts: (count, list) =>
      count > 3
        ? `Les tables de compatibilité en énumèrent ${count} parties, dont ${list}.`
        : `Dans les tables de compatibilité, il figure sous ${list}.`,
    discouraged: (reason) => `À éviter dans un nouveau projet. La raison d’origine : « ${reason} »`,
  },
};
