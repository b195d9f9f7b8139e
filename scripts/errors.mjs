// `npm run errors`: makes every error by real misuse, and prints what a developer reads.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileWithLibrary } from './compiled-library.mjs';

const main = join(compileWithLibrary('errors'), 'test', 'errors', 'main.js');
process.env.NODE_ENV = 'development';
process.setSourceMapsEnabled(true);
await import(pathToFileURL(main).href);
