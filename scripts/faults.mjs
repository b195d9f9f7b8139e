// `npm run faults`: what an application answers while its Redis fails in every way, with real servers and processes.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileWithLibrary } from './compiled-library.mjs';

const main = join(compileWithLibrary('faults'), 'test', 'faults', 'main.js');
process.env.NODE_ENV = 'production';
process.setSourceMapsEnabled(true);
await import(pathToFileURL(main).href);
