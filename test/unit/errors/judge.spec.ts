import { CacheError } from '../../../lib/index.js';
import { faultsOf, faultsOfAll, faultsOfLines, seenIn } from '../../errors/judge.js';

const wanted = { code: 'OPTION_UNKNOWN', shows: ['PostsService.list', '"tttl"'] } as const;
const details = { option: 'tttl', where: 'PostsService.list', available: ['ttl'] };

describe('npm run errors', () => {
  it('accepts the error that was expected, also as the only mistake of a refused start', () => {
    const error = new CacheError('OPTION_UNKNOWN', details);
    const problems = [{ code: error.code, message: error.message }];
    for (const made of [error, new CacheError('START_UP_REFUSED', { problems, warnings: [] })]) {
      expect(faultsOf(wanted, seenIn(made, wanted.code))).toEqual([]);
    }
  });

  it('does not accept that nothing happened, or something else', () => {
    expect(faultsOf(wanted, undefined)).toEqual(['made no error, and OPTION_UNKNOWN was expected']);
    const other = { code: 'LOCK_LOST', text: 'PostsService.list: "tttl"' };
    expect(faultsOf(wanted, other)).toEqual(['made LOCK_LOST instead of OPTION_UNKNOWN']);
    const crash = seenIn(new TypeError('PostsService.list "tttl"'), wanted.code);
    expect(faultsOf(wanted, crash)).toEqual(['made no code instead of OPTION_UNKNOWN']);
  });

  it('does not accept a text without the value that offends', () => {
    const error = new CacheError('OPTION_UNKNOWN', { ...details, option: 'ttl' });
    expect(faultsOf(wanted, seenIn(error, wanted.code))).toEqual(['does not show "\\"tttl\\""']);
  });

  it.each(['undefined', '[object Object]', 'NaN', 'two  blanks'])('does not accept a text with %s', (careless) => {
    const seen = { code: wanted.code, text: `PostsService.list: "tttl" is ${careless}.` };
    expect(faultsOf(wanted, seen)).toHaveLength(1);
  });

  it('does not accept that a code is never made, or that two misuses read the same', () => {
    const seen = { code: 'LOCK_LOST', text: 'The lock was lost.' };
    expect(faultsOfAll([seen], ['LOCK_LOST'])).toEqual([]);
    expect(faultsOfAll([seen, seen], ['LOCK_LOST', 'KEY_MALFORMED'])).toEqual([
      'nothing made KEY_MALFORMED',
      'two misuses made the same text: The lock was lost.',
    ]);
  });

  it('does not accept that a mistake leaves no line in the log, or one for each call', () => {
    const line = '[Cache] PostsService.list: "tttl".';
    expect(faultsOfLines(wanted, [line])).toEqual([]);
    expect(faultsOfLines(wanted, [])).toEqual(['left 0 lines in the log, and one was expected']);
    expect(faultsOfLines(wanted, [line, line])).toHaveLength(1);
  });
});
