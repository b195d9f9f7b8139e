import type { Type } from '@nestjs/common';
import type { Given, Scenario } from '../scenario.js';

const CLASSES = 50;
const METHODS = 10;

export const startUp: Scenario = {
  name: 'start-up',
  title: 'Start-up of 500 cached methods',
  how: 'From `NestFactory.createApplicationContext` until it is initialised, in a fresh process: 50 providers with 10 methods each, with `@Cacheable` and `CacheModule`, and the same application without them.',
  columns: [{ name: 'ms', digits: 1 }],
  limit: { entrant: 'without', by: 'difference' },
  entrants: ['without', 'nestash'],
  rounds: 11,
  isFreshEachRound: true,
  goals: [{ column: 'ms', of: 'limit', is: '≤', bound: 50 }],
  open,
};

async function open(entrant: string, _given: Given) {
  await import('reflect-metadata');
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const isCached = entrant === 'nestash';
  const { Cacheable, CacheModule, CacheService } = await import('nestash');
  class RootModule {}
  const decorate = (key: string): MethodDecorator => (isCached ? Cacheable(key) : () => {});
  const providers = Array.from({ length: CLASSES }, (_, index) => provider(index, decorate));
  Module({ imports: isCached ? [CacheModule.forRoot()] : [], providers })(RootModule);
  return {
    round: async () => {
      const begun = performance.now();
      const context = await NestFactory.createApplicationContext(RootModule, { logger: false, abortOnError: false });
      const ms = performance.now() - begun;
      const found = isCached ? context.get(CacheService).report().methods.length : CLASSES * METHODS;
      if (found !== CLASSES * METHODS) throw new Error(`${found} methods are cached`);
      await context.close();
      return { ms };
    },
  };
}

/** A class with methods that take an id. */
function provider(index: number, decorate: (key: string) => MethodDecorator): Type {
  const Provider = { [`Service${index}`]: class {} }[`Service${index}`]!;
  for (let method = 0; method < METHODS; method++) {
    const name = `find${method}`;
    const descriptor = { configurable: true, writable: true, value: async (id: number) => ({ id }) };
    const decorated = decorate(`public:service-${index}:method-${method}:<<id>>`)(Provider.prototype, name, descriptor);
    Object.defineProperty(Provider.prototype, name, decorated ?? descriptor);
  }
  return Provider;
}
