// The repository is checked without the packages of this folder, which only `npm run bench` installs.
declare module '@keyv/redis';
declare module '@nestjs/cache-manager';
declare module '@type-cacheable/core';
declare module '@type-cacheable/ioredis-adapter';
declare module '@type-cacheable/lru-cache-adapter';
declare module 'async-cache-dedupe';
declare module 'bentocache';
declare module 'bentocache/drivers/memory';
declare module 'bentocache/drivers/redis';
declare module 'cache-manager';
declare module 'cacheable';
declare module 'keyv';
declare module 'lru-cache';
