import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Route } from '../scenarios/http.js';
import { cacheManagerRoute } from './cache-manager-route.js';
import { constantRoutes } from './constant-routes.js';
import { nestashRoute } from './nestash-route.js';
import { serviceRoute } from './service-route.js';

export type Platform = 'express' | 'fastify';

/** A route and where its entries are: in Redis, or in memory without a URL. */
export interface Place extends Route {
  readonly url: string | undefined;
}

/** A controller with a handler for `GET /posts/:id`, and what it needs. */
export interface RouteModule {
  readonly controller: Type;
  readonly imports?: readonly (DynamicModule | Type)[];
  /** How often the handler made its answer. */
  loads(): number;
  /** Whether the handler is to make its answer once only. */
  readonly isCached: boolean;
  close?(): Promise<void>;
}

/** A server on the loopback. */
export interface Application {
  readonly port: number;
  readonly path: string;
  readonly isCached: boolean;
  loads(): number;
  close(): Promise<void>;
}

export async function startApplication(entrant: string, place: Place): Promise<Application> {
  const route = await routeOf(entrant, place);
  class RootModule {}
  Module({ imports: [...(route.imports ?? [])], controllers: [route.controller] })(RootModule);
  const application = await create(RootModule, place.platform);
  await application.listen(0, '127.0.0.1');
  const { port } = (application.getHttpServer() as { address(): AddressInfo }).address();
  return {
    port,
    path: '/posts/1',
    isCached: route.isCached,
    loads: () => route.loads(),
    close: async () => {
      await application.close();
      await route.close?.();
    },
  };
}

function routeOf(entrant: string, place: Place): Promise<RouteModule> {
  if (entrant === 'nestash') return nestashRoute(place);
  if (entrant === 'cache-manager') return cacheManagerRoute(place);
  return constantRoutes[entrant]?.(place) ?? serviceRoute(entrant, place);
}

async function create(module: Type, platform: Platform): Promise<INestApplication> {
  const options = { logger: false, abortOnError: false } as const;
  if (platform === 'express') return NestFactory.create(module, options);
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return NestFactory.create(module, new FastifyAdapter(), options);
}
