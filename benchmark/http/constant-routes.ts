import { Controller, Get, Header } from '@nestjs/common';
import { Redis } from 'ioredis';
import { payload } from '../payloads.js';
import type { Place, RouteModule } from './application.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Routes without a cache: what answers cost that nobody has to look up. */
export const constantRoutes: Readonly<Record<string, (place: Place) => Promise<RouteModule>>> = {
  'constant object': async ({ kilobytes }) => {
    const value = payload(kilobytes);
    @Controller('posts')
    class Posts {
      @Get(':id')
      find(): unknown {
        return value;
      }
    }
    return uncached(Posts);
  },
  'constant string': async ({ kilobytes }) => {
    const text = JSON.stringify(payload(kilobytes));
    @Controller('posts')
    class Posts {
      @Get(':id')
      @Header('content-type', JSON_TYPE)
      find(): string {
        return text;
      }
    }
    return uncached(Posts);
  },
  'unparsed from Redis': async ({ kilobytes, url }) => {
    const client = new Redis(url!);
    await client.set('post', JSON.stringify(payload(kilobytes)));
    @Controller('posts')
    class Posts {
      @Get(':id')
      @Header('content-type', JSON_TYPE)
      async find(): Promise<string> {
        return (await client.get('post'))!;
      }
    }
    return { ...uncached(Posts), close: async () => client.disconnect() };
  },
};

function uncached(controller: RouteModule['controller']): RouteModule {
  return { controller, isCached: false, loads: () => 0 };
}
