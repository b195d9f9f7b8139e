// `npm start`: the sample blog, until somebody ends it.
import { runSample } from './run-sample.mjs';

await runSample('blog', 'main.js');
