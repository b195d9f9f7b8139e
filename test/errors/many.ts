import { Controller, Get } from '@nestjs/common';
import { Cacheable, CacheableMany } from 'nestash';
import type { Misuse } from './misuse.js';
import { usingController, usingService } from './misuse.js';

interface User {
  readonly id: number;
}

/** Methods for many ids. */
export const manyMisuses: readonly Misuse[] = [
  {
    wrote: `@CacheableMany('users:<<id>>') on UsersService.findMany(ids), which returns an array`,
    code: 'MANY_MISMATCH',
    shows: ['UsersService.findMany', 'an array', 'Map by id', 'user.id'],
    async make() {
      class UsersService {
        @CacheableMany('users:<<id>>')
        async findMany(ids: number[]) {
          return ids.map((id) => ({ id })) as unknown as Map<number, User>;
        }
      }
      await usingService(UsersService, (users) => users.findMany([1, 2]));
    },
  },
  {
    wrote: `UsersService.findMany([1]), which returns a Map with the ids 1 and 2`,
    code: 'MANY_MISMATCH',
    shows: ['UsersService.findMany', 'it was not asked for', 'the number 2'],
    async make() {
      class UsersService {
        @CacheableMany('users:<<id>>')
        async findMany(ids: number[]) {
          return new Map([...ids, 2].map((id) => [id, { id }]));
        }
      }
      await usingService(UsersService, (users) => users.findMany([1]));
    },
  },
  {
    wrote: `@CacheableMany('users:<<ids>>') on UsersService.findMany(ids)`,
    code: 'PLACEHOLDER_UNKNOWN',
    shows: ['UsersService.findMany', '<<ids>>', 'id'],
    async make() {
      class UsersService {
        @CacheableMany('users:<<ids>>')
        async findMany(ids: number[]) {
          return new Map(ids.map((id) => [id, { id }]));
        }
      }
      await usingService(UsersService);
    },
  },
  {
    wrote: `@CacheableMany('users:<<id>>') on UsersService.findMany(ids, language)`,
    code: 'KEY_INCOMPLETE',
    shows: ['UsersService.findMany', 'language', 'users:<<id>>:<<language>>'],
    async make() {
      class UsersService {
        @CacheableMany('users:<<id>>')
        async findMany(ids: number[], language: string) {
          return new Map(ids.map((id) => [id, { id, language }]));
        }
      }
      await usingService(UsersService);
    },
  },
  {
    wrote: `@CacheableMany('users:<<id>>') on UsersService.findMany(...ids)`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['UsersService.findMany', 'rest parameter', 'findMany(ids)'],
    async make() {
      class UsersService {
        @CacheableMany('users:<<id>>')
        async findMany(...ids: number[]) {
          return new Map(ids.map((id) => [id, { id }]));
        }
      }
      await usingService(UsersService);
    },
  },
  {
    wrote: `@CacheableMany('users:<<id>>') on the handler UsersController.list`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['UsersController.list', 'a handler has one answer', 'a method of a provider'],
    async make() {
      @Controller('users')
      class UsersController {
        @Get()
        @CacheableMany('users:<<id>>')
        async list(ids: number[]) {
          return new Map(ids.map((id) => [id, { id }]));
        }
      }
      await usingController(UsersController);
    },
  },
  {
    wrote: `@Cacheable('users:<<id>>') on UsersService.findOne, next to @CacheableMany('users:<<id>>')`,
    code: 'KEY_CLASH',
    shows: ['UsersService.findMany', 'UsersService.findOne', 'key of a catalog'],
    async make() {
      class UsersService {
        @Cacheable('users:<<id>>')
        async findOne(id: number) {
          return { id };
        }

        @CacheableMany('users:<<id>>')
        async findMany(ids: number[]) {
          return new Map(ids.map((id) => [id, { id }]));
        }
      }
      await usingService(UsersService);
    },
  },
];
