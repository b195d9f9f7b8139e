import { Controller, Get, Param } from '@nestjs/common';
import { Cacheable, CacheModule, memoryStore, redisStore } from 'nestash';
import { payload } from '../payloads.js';
import type { Place, RouteModule } from './application.js';

/** `@Cacheable` on the handler. */
export async function nestashRoute({ kilobytes, url }: Place): Promise<RouteModule> {
  const value = payload(kilobytes);
  let loads = 0;

  @Controller('posts')
  class Posts {
    @Get(':id')
    @Cacheable('public:blog:detail:<<id>>')
    find(@Param('id') _id: string): unknown {
      loads++;
      return value;
    }
  }

  const store = url === undefined ? memoryStore() : redisStore(url);
  const imports = [CacheModule.forRoot({ prefix: 'bench', store })];
  return { controller: Posts, imports, isCached: true, loads: () => loads };
}
