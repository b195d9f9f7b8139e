import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cacheable, CacheModule } from '../../lib/index.js';
import { RecordedLog } from '../support/recorded-log.js';

@Injectable()
class Search {
  @Cacheable('public:search:<<words>>')
  async find(words: string): Promise<string> {
    return words;
  }

  @Cacheable('public:latest:<<page>>')
  async latest(page: number): Promise<number> {
    return page;
  }
}

@Module({ imports: [CacheModule.forRoot()], providers: [Search] })
class SearchModule {}

describe('the log of an application', () => {
  afterEach(() => Logger.overrideLogger(false));

  it('tells which method stores ever new keys, once', async () => {
    const log = new RecordedLog();
    const context = await NestFactory.createApplicationContext(SearchModule, { logger: log, abortOnError: false });
    const search = context.get(Search);
    for (let call = 0; call < 12_000; call++) {
      await search.find(`words ${call}`);
      await search.latest(call % 10);
    }
    await context.close();
    expect(log.about('different keys')).toEqual([
      expect.stringContaining('Search.find stored more than 10000 different keys of "public:search:<<words>>"'),
    ]);
  });
});
