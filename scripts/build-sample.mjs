// Compiles the sample together with the library into build/sample.
import { compileWithLibrary } from './compiled-library.mjs';

compileWithLibrary('sample');
