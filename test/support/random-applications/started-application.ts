import type {
  CallHandler,
  CanActivate,
  ExecutionContext,
  INestApplication,
  NestInterceptor,
  Type,
} from '@nestjs/common';
import { Controller, Get, Inject, Injectable, Module, Req, UseGuards, ValidationPipe } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Observable } from 'rxjs';
import { map } from 'rxjs';
import type { CacheModuleOptions } from '../../../lib/index.js';
import { Cacheable, CacheDefaults, CacheModule, cacheKeys } from '../../../lib/index.js';
import type { MemoryAnswer } from '../in-memory-http.js';
import { exchange } from '../in-memory-http.js';
import { Person } from '../person.js';
import type { FrontedRequest } from './inputs.js';
import { METHOD, bodyOf, methodTextOf } from './method-source.js';
import type { RandomApplication } from './random-application.js';
import type { Visit } from './visits.js';
import { requestOf } from './visits.js';

/** Whether the keys are checked. */
export type Mode = 'off' | 'error';

/** How a class of the application is made. */
interface Making {
  readonly tools: Tools;
  /** Without the decorator the method is what it would be without a cache, at a path of its own. */
  readonly isCached: boolean;
}

const UNCACHED = '/uncached';

/** What the source of generated classes sees besides its parameters. */
interface Tools {
  runs: number;
}

type Decorate = (target: object, name: string, descriptor: PropertyDescriptor) => PropertyDescriptor | void;

@Injectable()
class SignedInByGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    signIn(context.switchToHttp().getRequest<FrontedRequest>());
    return true;
  }
}

/** Lets everybody in, and knows nobody. */
@Injectable()
class PlainGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** Adds to every answer who asked for it. */
@Injectable()
class Stamp implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { user } = context.switchToHttp().getRequest<FrontedRequest>();
    return next.handle().pipe(map((answer: object) => ({ ...answer, stamp: user?.id ?? 'nobody' })));
  }
}

/** A random application that runs. */
export class StartedApplication {
  private constructor(
    private readonly app: INestApplication,
    private readonly tools: Tools,
    /** What the log warned of. */
    readonly warnings: readonly string[],
  ) {}

  static async start(application: RandomApplication, mode: Mode): Promise<StartedApplication> {
    const tools = { runs: 0 };
    const warnings: string[] = [];
    const logger = { log: () => {}, error: () => {}, warn: (text: string) => warnings.push(text) };
    const { platform, whitelists } = application;
    const adapter = platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
    const root = rootModule(application, mode, tools);
    const environment = process.env['NODE_ENV'];
    // What the cache finds wrong in a call must not fail it, so that every answer can be compared.
    process.env['NODE_ENV'] = 'production';
    try {
      const app = await NestFactory.create(root, adapter, { logger, abortOnError: false });
      if (whitelists) app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
      installFront(app, application);
      await app.init();
      if (platform === 'fastify') await (app.getHttpAdapter().getInstance() as { ready(): Promise<void> }).ready();
      return new StartedApplication(app, tools, warnings);
    } finally {
      process.env['NODE_ENV'] = environment;
    }
  }

  /** How often the cached method ran. */
  get runs(): number {
    return this.tools.runs;
  }

  async visit(visit: Visit, path: string): Promise<MemoryAnswer> {
    return exchange(this.app.getHttpServer(), requestOf(visit, path));
  }

  /** What the same request is answered by the same method without a cache. */
  async visitUncached(visit: Visit, path: string): Promise<MemoryAnswer> {
    return this.visit(visit, `${UNCACHED}${path}`);
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}

/** The paths at which the cached methods of an application are reached. */
export function pathsOf({ inheritance, twin }: RandomApplication): string[] {
  return ['/one', ...(inheritance === 'heirs' ? ['/two'] : []), ...(twin === 'none' ? [] : ['/twin'])];
}

function rootModule(application: RandomApplication, mode: Mode, tools: Tools): Type {
  const { guard, hasPartition, place, ignoredKinds, isStamped } = application;
  const makings: Making[] = [
    { tools, isCached: true },
    { tools: { runs: 0 }, isCached: false },
  ];
  const isHandler = place === 'handler';
  const made = makings.map((making) => ({ making, classes: cachedClasses(application, making) }));
  const classes = made.flatMap((each) => each.classes);
  const controllers = isHandler
    ? classes
    : made.flatMap((each) => each.classes.map((service) => callerOf(service, application, each.making)));
  const partition: CacheModuleOptions['partition'] = ({ headers }) => headers['lang'];
  const options = {
    ...(hasPartition && { partition }),
    ...(ignoredKinds.length > 0 && { ignore: ignoredKinds }),
    keyCheck: mode,
    ...(guard === 'plain' && { plainGuards: [PlainGuard] }),
  };
  class RootModule {}
  Module({
    imports: [CacheModule.forRoot(options)],
    controllers,
    providers: [
      Person,
      ...(isHandler ? [] : classes),
      ...(isStamped ? [{ provide: APP_INTERCEPTOR, useClass: Stamp }] : []),
      ...(guard === 'application' ? [{ provide: APP_GUARD, useClass: SignedInByGuard }] : []),
    ],
  })(RootModule);
  return RootModule;
}

/** The classes with the cached method: one, or two heirs of one, and perhaps a twin. */
function cachedClasses(application: RandomApplication, making: Making): Type[] {
  const { inheritance, twin } = application;
  const classes: Type[] = [];
  if (inheritance === 'none') classes.push(cachedClass(application, making, { name: 'One' }));
  else {
    const base = cachedClass(application, making, { name: 'Base', isBase: true });
    classes.push(heirOf(base, 'One', application, making));
    if (inheritance === 'heirs') classes.push(heirOf(base, 'Two', application, making));
  }
  if (twin !== 'none') classes.push(cachedClass(application, making, { name: 'Twin' }));
  return classes;
}

function cachedClass(
  application: RandomApplication,
  { tools, isCached }: Making,
  { name, isBase = false }: { name: string; isBase?: boolean },
): Type {
  const { place, inheritance, self } = application;
  const { inputs, parameters } = methodTextOf(application);
  const body = bodyOf(inputs, 'this.constructor.name');
  const made = classFrom(`class ${name} { ${constructor(self)} async ${METHOD}(${parameters}) { ${body} } }`, {
    tools,
  });
  injectPerson(made, self);
  const isRouted = place === 'handler' && inheritance !== 'overridden';
  if (isRouted) decorateParameters(made, application);
  decorate(made, [
    ...(isCached ? [cacheableOf(application, name)] : []),
    ...(isRouted ? [Get(':id') as Decorate] : []),
    ...(isRouted && application.guard === 'method' ? [UseGuards(SignedInByGuard) as Decorate] : []),
    ...(isRouted && application.guard === 'plain' ? [UseGuards(PlainGuard) as Decorate] : []),
  ]);
  if (application.hasDefaults && isCached) CacheDefaults({ prefix: `${application.scope}:blog` })(made);
  if (!isBase) decorateClass(made, application, isCached);
  return made;
}

/** A class that inherits the method, or overrides it and calls it. */
function heirOf(base: Type, name: string, application: RandomApplication, { isCached }: Making): Type {
  const { inheritance, place, guard } = application;
  const isOverridden = inheritance === 'overridden';
  const overriding = `async ${METHOD}(...all) { return { ...(await super.${METHOD}(...all)), over: true }; }`;
  const made = classFrom(`class ${name} extends base { ${isOverridden ? overriding : ''} }`, { base });
  if (isOverridden && place === 'handler') {
    decorateParameters(made, application);
    decorate(made, [
      Get(':id'),
      ...(guard === 'method' ? [UseGuards(SignedInByGuard) as Decorate] : []),
      ...(guard === 'plain' ? [UseGuards(PlainGuard) as Decorate] : []),
    ]);
  }
  decorateClass(made, application, isCached);
  return made;
}

/** A controller whose handler passes parts of the request to a cached service. */
function callerOf(service: Type, application: RandomApplication, { isCached }: Making): Type {
  const { passed } = methodTextOf(application);
  const made = classFrom(
    `class Caller { constructor(service) { this.service = service; } async ${METHOD}(request) { return this.service.${METHOD}(${passed}); } }`,
    {},
  );
  Inject(service)(made, undefined, 0);
  Req()(made.prototype, METHOD, 0);
  decorate(made, [Get(':id')]);
  Controller(pathOf(service, isCached))(made);
  return made;
}

function cacheableOf(application: RandomApplication, name: string): Decorate {
  const { form, scope, twin, hasDefaults, pasted } = application;
  const { template, ignore, keyFunction } = methodTextOf(application);
  const isSimilar = name === 'Twin' && twin === 'similar';
  const options = ignore.length > 0 ? { ignore: [...ignore] } : {};
  const text = isSimilar ? template.replace(/<<[^>]*>>$/, 'list') : template;
  const prefix = `${scope}:blog`;
  const key = {
    template: pasted?.key ?? (hasDefaults ? text : `${prefix}:${text}`),
    catalog: cacheKeys(prefix, { it: { key: pasted?.key ?? text } }).it,
    function: functionFrom(keyFunction),
    derived: pasted?.key,
  }[form];
  const decorator = Cacheable as unknown as (...args: unknown[]) => Decorate;
  if (key === undefined) return decorator(options);
  return form === 'function' ? decorator({ key, ...options }) : decorator(key, options);
}

function decorateParameters(made: Type, application: RandomApplication): void {
  const { inputs } = methodTextOf(application);
  const declared = inputs.filter(({ input }) => input.parameter !== undefined);
  for (const { input, index } of declared) input.decorator?.(made.prototype as object, METHOD, index);
  const types = declared.map(({ input }) => input.type ?? Object);
  Reflect.defineMetadata('design:paramtypes', types, made.prototype as object, METHOD);
}

function decorateClass(made: Type, { place, guard, inputs }: RandomApplication, isCached: boolean): void {
  if (place === 'service') {
    Injectable()(made);
    return;
  }
  const hasHost = inputs.some(({ kind }) => kind === 'host');
  Controller({ path: pathOf(made, isCached), ...(hasHost && { host: ':tenant.example' }) })(made);
  if (guard === 'controller') UseGuards(SignedInByGuard)(made);
}

function pathOf(made: Type, isCached: boolean): string {
  return `${isCached ? '' : UNCACHED}/${made.name.toLowerCase()}`;
}

function decorate(made: Type, decorators: readonly Decorate[]): void {
  const prototype = made.prototype as object;
  let descriptor = Object.getOwnPropertyDescriptor(prototype, METHOD)!;
  for (const each of decorators) descriptor = each(prototype, METHOD, descriptor) ?? descriptor;
  Object.defineProperty(prototype, METHOD, descriptor);
}

/** What stands in front of the guards: parsers of cookies and sessions, and an authentication where no guard does it. */
function installFront(app: INestApplication, { guard, place }: RandomApplication): void {
  const isGuarded = place === 'handler' && guard !== 'none' && guard !== 'plain';
  const front = (request: FrontedRequest, _response: unknown, next: () => void): void => {
    const { headers } = request;
    request.cookies = { theme: headers['cookie']!.slice('theme='.length) };
    request.session = { cart: headers['x-cart'] };
    if (!isGuarded) signIn(request);
    next();
  };
  const instance = app.getHttpAdapter().getInstance() as Partial<Pick<FastifyInstance, 'addHook' | 'addHttpMethod'>>;
  if (instance.addHook) instance.addHook('onRequest', front as never);
  else app.use(front);
  // As Express does it by itself.
  instance.addHttpMethod?.('GET', { hasBody: true });
}

function signIn(request: FrontedRequest): void {
  const { authorization } = request.headers;
  request.user = authorization === undefined ? undefined : { id: authorization.slice('Bearer '.length) };
}

function constructor(self: RandomApplication['self']): string {
  return self === undefined ? '' : 'constructor(person) { this.person = person; }';
}

function injectPerson(made: Type, self: RandomApplication['self']): void {
  if (self !== undefined) Inject(Person)(made, undefined, 0);
}

/** Names of parameters, defaults and destructuring are read from the source of a function, so it has to have one. */
function classFrom(source: string, scope: Readonly<Record<string, unknown>>): Type {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- random source is what is tested
  const make = new Function(...Object.keys(scope), `return ${source};`) as (...values: unknown[]) => Type;
  return make(...Object.values(scope));
}

function functionFrom(source: string): unknown {
  return classFrom(`(${source})`, {});
}
