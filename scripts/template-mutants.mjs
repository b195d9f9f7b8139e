// `npm run template-mutants`: makes mistakes in the key templates of the sample blog, one at a time, and starts it with
// each: a segment is missing, a placeholder has another name, two have changed places. It has to refuse, and to name a
// method that reads under the template. A mistake that starts has to stand in test/harmless-template-mutants.mjs, with
// the reason why it does no harm; one that stands there and is refused fails the run as well.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import harmless from '../test/harmless-template-mutants.mjs';
import { compileWithLibrary } from './compiled-library.mjs';
import { mistakesIn } from './template-mistakes.mjs';

/** No method is called, so nothing asks the database; making the real one takes seconds. */
const DATABASE = `
  export const DATABASE = Symbol('database');
  export const openDatabase = async () => ({ $client: { close: async () => {} } });`;

process.env.NODE_ENV = 'development';
const started = Date.now();
const build = compileWithLibrary('sample');
const blog = join(build, 'sample', 'blog');
writeFileSync(join(blog, 'database', 'database.js'), DATABASE);
const { ModulesContainer } = await import('@nestjs/core');
const { declaredMethods, declaredOn, prototypeChain } = await importBuilt('lib', 'operations', 'accessor.js');
const { isCatalogKey } = await importBuilt('lib', 'keys', 'catalog.js');

const original = await start(blog);
failIfAny('The sample does not start as it is:', original.refusals);
failIfAny('The sample has warnings:', original.warnings);
const mutants = keyFiles().flatMap(mutantsOf);

const verdicts = [];
for (const [index, mutant] of mutants.entries()) verdicts.push(await judge(mutant, index));
print(verdicts);
failIfAny('Listed as harmless, but no mutant any more:', Object.keys(harmless).filter(isUnknown));
const failed = verdicts.filter(({ isSound }) => !isSound);
failIfAny(
  'Neither refused with the right name nor listed as harmless, or both:',
  failed.map(({ name, said }) => `${name}\n    ${said}`),
);

/** Starts the blog that is in a folder, and says what came of it: its readers, or why it refused. */
async function start(folder) {
  const warnings = [];
  const warn = (message) => warnings.push(String(message));
  const logger = { log() {}, warn, error: warn, fatal: warn };
  try {
    const { createApp } = await import(pathToFileURL(join(folder, 'app.js')).href);
    const app = await createApp('express', { logger });
    const readers = readersOf(app);
    await app.close();
    return { readers, warnings, refusals: [] };
  } catch (error) {
    if (error.code === undefined || error.details === undefined) throw error;
    return { readers: [], warnings, refusals: (error.details.problems ?? [error]).map(({ message }) => message) };
  }
}

/** The methods that read through the cache, with their templates. */
function readersOf(app) {
  const wrappers = [...app.get(ModulesContainer).values()].flatMap(({ controllers, providers }) => [
    ...controllers.values(),
    ...providers.values(),
  ]);
  return wrappers.flatMap(({ metatype }) =>
    prototypeChain(metatype?.prototype ?? null).flatMap((prototype) =>
      declaredMethods(prototype).flatMap((method) =>
        declaredOn(prototype, method)
          .declarations.filter(({ kind, key }) => kind !== 'invalidate' && isCatalogKey(key))
          .map(({ key }) => ({
            where: `${metatype.name}.${String(method)}`,
            template: key.template,
            catalog: key.where,
          })),
      ),
    ),
  );
}

/** The files of the sample that have a catalog of keys. */
function keyFiles() {
  return readdirSync(join(blog, 'keys'))
    .filter((file) => file.endsWith('.keys.js'))
    .map((file) => ({ file, text: readFileSync(join(blog, 'keys', file), 'utf8') }));
}

/** The mutants of every catalog in a file: of its prefix, and of each of its keys that a method reads under. */
function mutantsOf({ file, text }) {
  const catalogs = text.split(/(?=cacheKeys\('[^']+')/).slice(1);
  return catalogs.flatMap((catalog) => {
    const prefix = /^cacheKeys\('([^']+)'/.exec(catalog)[1];
    const readers = original.readers.filter(({ template }) => template.startsWith(`${prefix}:`));
    const mutant = (of, literal, [mistake, mutated]) => ({
      file,
      name: `${of}: ${mistake}`,
      text: text.replace(catalog, () => catalog.replace(`'${literal}'`, () => `'${mutated}'`)),
      places: catalog.split(`'${literal}'`).length - 1,
      readers: readers.filter(({ template }) => of === prefix || template === of),
    });
    return [
      ...mistakesIn(prefix).map((mistake) => mutant(prefix, prefix, mistake)),
      ...readers.flatMap(({ template }) => {
        const literal = template.slice(prefix.length + 1);
        return mistakesIn(literal).map((mistake) => mutant(template, literal, mistake));
      }),
    ];
  });
}

/** Starts a copy of the blog with one mistake in it. */
async function judge({ file, name, text, places, readers }, index) {
  if (places !== 1) failIfAny('A template has to stand in one place:', [name]);
  const folder = join(build, 'sample', `mutant-${index}`);
  mkdirSync(folder);
  cpSync(blog, folder, { recursive: true });
  writeFileSync(join(folder, 'keys', file), text);
  const { refusals, warnings } = await start(folder);
  const names = readers.flatMap(({ where, catalog }) => [where, catalog]);
  const named = names.find((each) => refusals.some((refusal) => refusal.includes(each)));
  const reason = harmless[name];
  const isRefused = refusals.length > 0;
  const said = refusals.join('\n    ') || `It starts${warnings.length > 0 ? `, with a warning: ${warnings[0]}` : ''}.`;
  return {
    name,
    named,
    reason,
    isRefused,
    said,
    isSound: isRefused ? named !== undefined && !reason : Boolean(reason),
  };
}

function print(all) {
  for (const { name, named, reason, isRefused, isSound } of all) {
    const verdict = !isSound ? 'WRONG' : isRefused ? 'refused' : 'harmless';
    console.log(`${verdict.padEnd(8)}  ${name}  ${named ?? reason ?? ''}`);
  }
  const refused = all.filter(({ isRefused }) => isRefused).length;
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`\n${all.length} mutants in ${seconds} s: ${refused} refused, ${all.length - refused} start`);
}

function isUnknown(name) {
  return !mutants.some((mutant) => mutant.name === name);
}

function failIfAny(what, reasons) {
  if (reasons.length === 0) return;
  console.error([what, ...reasons].join('\n  '));
  process.exit(1);
}

async function importBuilt(...path) {
  return import(pathToFileURL(join(build, ...path)).href);
}
