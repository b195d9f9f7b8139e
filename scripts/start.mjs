// `npm start`: compiles the sample and runs it in this process, so that signals reach it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import './build-sample.mjs';
import { root } from './tsc.mjs';

const main = join(root, 'build', 'sample', 'sample', 'blog', 'main.js');
process.setSourceMapsEnabled(true);
process.argv[1] = main;
await import(pathToFileURL(main).href);
