import { Logger } from '@nestjs/common';
import { CacheLogger } from '../../../lib/observability/logger.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { RecordedLog } from '../../support/recorded-log.js';

describe('the log of a cache', () => {
  afterEach(() => Logger.overrideLogger(false));

  it('says at most every ten seconds that a store fails, and then how often it did', async () => {
    const log = new RecordedLog();
    Logger.overrideLogger(log);
    const clock = new FakeClock();
    const { tell } = new CacheLogger(clock);
    const fail = () => tell({ kind: 'store-failed', store: 'default', operation: 'read', error: new Error('down') });
    for (let call = 0; call < 4; call++) fail();
    expect(log.about('failed to read')).toHaveLength(1);
    await clock.advance(10_000);
    fail();
    expect(log.about('failed to read')[1]).toContain('(and 3 times more since the last line)');
  });

  it('says it of entries that cannot be renewed, however many they are', () => {
    const log = new RecordedLog();
    Logger.overrideLogger(log);
    const { tell } = new CacheLogger(new FakeClock());
    for (let key = 0; key < 1_000; key++)
      tell({ kind: 'refresh-failed', key: `posts:${key}`, error: new Error('down') });
    expect(log.about('could not be renewed')).toHaveLength(1);
  });
});
