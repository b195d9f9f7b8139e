// `npm run tour`: starts the sample blog, shows what its cache does, and ends. It fails when a step is not as expected.
import { runSample } from './run-sample.mjs';

await runSample('tour', 'main.js');
