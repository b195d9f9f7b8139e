import { Controller, Get, Param } from '@nestjs/common';
import { adapterOf } from '../adapters/adapters.js';
import type { Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { payload } from '../payloads.js';
import type { Place, RouteModule } from './application.js';

/** A library that has nothing for handlers: the handler asks it. */
export async function serviceRoute(entrant: string, { kilobytes, url }: Place): Promise<RouteModule> {
  const value = payload(kilobytes);
  const cache = await opened(entrant, url);
  let loads = 0;

  @Controller('posts')
  class Posts {
    @Get(':id')
    find(@Param('id') id: string): Promise<unknown> {
      return cache.getOrSet(`public:blog:detail:${id}`, async () => {
        loads++;
        return value;
      });
    }
  }

  return { controller: Posts, isCached: true, loads: () => loads, close: () => cache.close() };
}

async function opened(entrant: string, url: string | undefined): Promise<Cache> {
  const { memory, redis } = await adapterOf(entrant);
  const open = url === undefined ? memory && (() => memory()) : redis && (() => redis(url));
  if (!open) throw new Cannot('has no such store');
  return open();
}
