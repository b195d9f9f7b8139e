import type { INestApplicationContext } from '@nestjs/common';
import type { CacheService } from './cache.service.js';
import { CacheError } from './core/errors.js';
import { checkOptionNames, invalidOption } from './core/options.js';
import { cacheToken } from './operations/tokens.js';

/** The options of `expectSoundCache`. */
export interface SoundCacheOptions {
  /** Methods whose warnings are meant, `'ConfigService.load'`. One that has none is refused too. Default none. */
  except?: readonly string[];
}

const WHERE = 'expectSoundCache()';

/**
 * Fails a test for whatever start-up checks find in the caching of an initialised application: errors, also with
 * `keyCheck` `'warn'` and `'off'`, and warnings.
 *
 * @throws CacheError `CACHE_UNSOUND` with everything that was found; `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example await expectSoundCache(app, { except: ['ConfigService.load'] })
 */
export async function expectSoundCache(app: INestApplicationContext, options: SoundCacheOptions = {}): Promise<void> {
  checkOptionNames(options, ['except'], WHERE);
  const { except = [] } = options;
  if (!Array.isArray(except)) throw invalidOption('except', WHERE, except, "an array such as ['ConfigService.load']");
  const { findings } = app.get<CacheService>(cacheToken(), { strict: false }).report();
  const isMeant = (finding: { severity: string; where: string }): boolean =>
    finding.severity === 'warning' && except.includes(finding.where);
  const problems = findings.filter((finding) => !isMeant(finding)).map(({ code, message }) => ({ code, message }));
  const unused = except.filter((where: string) => !findings.some((each) => isMeant(each) && each.where === where));
  if (problems.length > 0 || unused.length > 0) throw new CacheError('CACHE_UNSOUND', { problems, unused });
}
