// `npm run soak`: minutes in which everything fails at once, with real servers and processes.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileWithLibrary } from './compiled-library.mjs';

const main = join(compileWithLibrary('soak'), 'test', 'soak', 'main.js');
process.env.NODE_ENV = 'production';
process.setSourceMapsEnabled(true);
await import(pathToFileURL(main).href);
