import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { ApplicationConfig, MetadataScanner } from '@nestjs/core';
import type { ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import type { ClassType } from '../operations/declaration.js';

/** A handler of GET requests, and the paths under which clients find it. */
export interface RoutedHandler {
  readonly owner: ClassType;
  readonly method: string;
  readonly paths: readonly string[];
}

/** Nest's metadata of routes. */
const [PATH, METHOD, VERSION, MODULE_PATH] = ['path', 'method', '__version__', '__module_path__'] as const;

/** Every handler of GET requests, with the paths that Nest's own rules give it. */
export function routedHandlers(modules: ModulesContainer, config = new ApplicationConfig()): RoutedHandler[] {
  const factory = new RoutePathFactory(config);
  const versioning = config.getVersioning();
  const scanner = new MetadataScanner();
  const inApplication = MODULE_PATH + modules.applicationId;
  return [...modules.values()].flatMap(({ controllers, metatype }) => {
    const modulePath = (Reflect.getMetadata(inApplication, metatype) ??
      Reflect.getMetadata(MODULE_PATH, metatype)) as string;
    return [...controllers.values()].flatMap(({ metatype: controller }) => {
      const owner = controller as ClassType;
      const version: unknown = Reflect.getMetadata(VERSION, owner) ?? versioning?.defaultVersion;
      const prefix = { modulePath, globalPrefix: slashed(config.getGlobalPrefix()), versioningOptions: versioning };
      return scanner.getAllMethodNames(owner.prototype as object).flatMap((method): RoutedHandler[] => {
        const handler = (owner.prototype as Record<string, object>)[method]!;
        const path: unknown = Reflect.getMetadata(PATH, handler);
        const requested: unknown = Reflect.getMetadata(METHOD, handler);
        if (path === undefined || requested !== RequestMethod.GET) return [];
        const paths = listed(Reflect.getMetadata(PATH, owner)).flatMap((ctrlPath) =>
          factory.create(
            {
              ...prefix,
              ctrlPath,
              methodPath: listed(path),
              methodVersion: Reflect.getMetadata(VERSION, handler) as string,
              controllerVersion: (versioning && version) as string,
            } as unknown as Parameters<RoutePathFactory['create']>[0],
            RequestMethod.GET,
          ),
        );
        return [{ owner, method, paths }];
      });
    });
  });
}

function listed(paths: unknown): string[] {
  return (Array.isArray(paths) ? paths : [paths]).map((path) => slashed(String(path ?? '')));
}

function slashed(path: string): string {
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}
