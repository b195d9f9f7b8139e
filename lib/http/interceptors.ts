import 'reflect-metadata';
import type { NestInterceptor } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import type { HandledRequest } from '../operations/request-context.js';

/** Nest's metadata of the interceptors that decorators name. */
const INTERCEPTORS = '__interceptors__';

/** Nest's metadata of `@Render()`. */
const TEMPLATE = '__renderTemplate__';

/** Whether the application has interceptors around a handler, or a view behind it, which may do anything with its result. */
export function isSeenByOthers(
  { controller, handler }: Pick<HandledRequest, 'controller' | 'handler'>,
  own: NestInterceptor,
  config: ApplicationConfig | undefined,
): boolean {
  if (!config || config.getGlobalInterceptors().some((each) => each !== own)) return true;
  if (config.getGlobalRequestInterceptors().length > 0) return true;
  if (Reflect.hasMetadata(TEMPLATE, handler)) return true;
  return [controller, handler].some((target) => Reflect.hasMetadata(INTERCEPTORS, target));
}
