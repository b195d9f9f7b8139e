import { createKeyv } from '@keyv/redis';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import type { DynamicModule } from '@nestjs/common';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { NestInterceptor } from '@nestjs/common';
import { payload } from '../payloads.js';
import type { Place, RouteModule } from './application.js';

const LIFETIME = 300_000;

/** `CacheInterceptor` of @nestjs/cache-manager on the handler. */
export async function cacheManagerRoute({ kilobytes, url }: Place): Promise<RouteModule> {
  const value = payload(kilobytes);
  let loads = 0;

  @Controller('posts')
  class Posts {
    @Get(':id')
    @UseInterceptors(CacheInterceptor as Type<NestInterceptor>)
    find(): unknown {
      loads++;
      return value;
    }
  }

  const stores = url === undefined ? {} : { stores: [createKeyv(url)] };
  const imports = [CacheModule.register({ ttl: LIFETIME, ...stores }) as DynamicModule];
  return { controller: Posts, imports, isCached: true, loads: () => loads };
}
