import { Body, Controller, Get, Headers, Ip, Param, Query, Req, UseGuards } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { CacheModule, Cacheable } from '../../lib/index.js';
import fc from 'fast-check';
import { NestFactory } from '@nestjs/core';
import { CacheError } from '../../lib/index.js';

class Guard {
  canActivate = (): boolean => true;
}

const PARAMETERS: Readonly<Record<string, () => ParameterDecorator>> = {
  param: () => Param('id'),
  header: () => Headers('x-lang'),
  dotted: () => Headers('x.lang'),
  user: () => Headers('user_id'),
  custom: () => Headers('tenant'),
  args: () => Headers('args'),
  query: () => Query('q'),
  body: () => Body(),
  ip: () => Ip(),
  request: () => Req(),
};

const METHODS = [
  { read: (): object => ({}) }.read,
  { read: (p0: unknown): object => ({ p0 }) }.read,
  { read: (p0: unknown, p1: unknown): object => ({ p0, p1 }) }.read,
  { read: (p0: unknown, p1: unknown, p2: unknown): object => ({ p0, p1, p2 }) }.read,
  { read: (...all: unknown[]): object => ({ all }) }.read,
];

interface Shape {
  readonly parameters: readonly string[];
  readonly isGuarded: boolean;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  parameters: fc.uniqueArray(fc.constantFrom(...Object.keys(PARAMETERS)), { maxLength: 7 }),
  isGuarded: fc.boolean(),
});

function controllerOf({ parameters, isGuarded }: Shape, key: string | undefined, ignore: readonly string[]): Type {
  class Pages {}
  const value = METHODS[Math.min(parameters.length, METHODS.length - 1)];
  Object.defineProperty(Pages.prototype, 'read', { value, writable: true, configurable: true });
  parameters.forEach((name, index) => PARAMETERS[name]!()(Pages.prototype, 'read', index));
  const descriptor = Object.getOwnPropertyDescriptor(Pages.prototype, 'read')!;
  const cacheable: MethodDecorator = Cacheable({ ...(key !== undefined && { key }), ignore } as never);
  cacheable(Pages.prototype, 'read', descriptor);
  Object.defineProperty(Pages.prototype, 'read', descriptor);
  Get()(Pages.prototype, 'read', descriptor);
  if (isGuarded) UseGuards(Guard)(Pages);
  Controller()(Pages);
  return Pages;
}

async function problemOf(controller: Type): Promise<string | undefined> {
  const placeholders = { tenant: () => 'acme' };
  const options = { logger: false, abortOnError: false } as const;
  class RootModule {}
  const cache = CacheModule.forRoot({ placeholders });
  try {
    const module = { module: RootModule, imports: [cache], controllers: [controller] };
    const app = await NestFactory.createApplicationContext(module, options);
    await app.close();
    return undefined;
  } catch (error) {
    if (CacheError.is(error, 'START_UP_REFUSED'))
      return error.details.problems.map(({ message }) => message).join('\n');
    throw error;
  }
}

describe('what the report says to write', () => {
  it.each(['feed', 'public:feed', undefined])(
    'passes the checks that it comes from: %s',
    async (key) => {
      await fc.assert(
        fc.asyncProperty(shapes, async (shape) => {
          const problem = await problemOf(controllerOf(shape, key, []));
          if (problem === undefined) return;
          const written = /Write '([^']*)'/.exec(problem)?.[1] ?? key;
          const own = /(?:with|or write) ignore: \[([^\]]*)\]/.exec(problem)?.[1] ?? '';
          const ignore = [...own.matchAll(/'([^']*)'/g)].map(([, name = '']) => name);
          expect(await problemOf(controllerOf(shape, written, ignore))).toBeUndefined();
        }),
        { numRuns: 60 },
      );
    },
    60_000,
  );
});
