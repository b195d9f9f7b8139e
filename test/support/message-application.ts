import type { AddressInfo, Server } from 'node:net';
import type {
  CanActivate,
  ExecutionContext,
  INestApplicationContext,
  LoggerService,
  Provider,
  Type,
} from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientProxy, MicroserviceOptions } from '@nestjs/microservices';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { lastValueFrom, toArray } from 'rxjs';
import type { CacheModuleOptions } from '../../lib/index.js';
import { CacheModule } from '../../lib/index.js';
import { Calls } from './calls.js';

/** What a guard leaves in the context of a message. */
export interface MessageContext {
  user?: { readonly id: string };
}

/** Signs in whoever the payload's `by` names. */
export class SignInMessages implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const rpc = context.switchToRpc();
    const { by } = rpc.getData<{ by?: string }>();
    if (by !== undefined) rpc.getContext<MessageContext>().user = { id: by };
    return true;
  }
}

export interface MessageParts {
  readonly controllers: Type[];
  readonly providers?: Provider[];
  readonly cache?: CacheModuleOptions;
  readonly logger?: LoggerService;
  /** The microservice belongs to an application that serves HTTP, and shares none of its guards and interceptors. */
  readonly isHybrid?: boolean;
}

/** A real microservice that listens on TCP, and its client. */
export class MessageApplication {
  private constructor(
    private readonly app: INestApplicationContext,
    private readonly client: ClientProxy,
  ) {}

  static async start(parts: MessageParts): Promise<MessageApplication> {
    const { controllers, providers = [], cache = {}, logger, isHybrid } = parts;
    class RootModule {}
    Module({ imports: [CacheModule.forRoot(cache)], controllers, providers: [Calls, ...providers] })(RootModule);
    const options = { logger: logger ?? (false as const), abortOnError: false };
    const listening: MicroserviceOptions = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } };
    const { app, server } = isHybrid
      ? await startHybrid(RootModule, listening, options)
      : await startMicroservice(RootModule, listening, options);
    const { port } = server.address() as AddressInfo;
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    return new MessageApplication(app, client);
  }

  get calls(): string[] {
    return this.app.get(Calls, { strict: false }).made;
  }

  /** Everything that is sent back for a message. */
  async sendAll(pattern: string, payload: object = {}): Promise<unknown[]> {
    return lastValueFrom(this.client.send<unknown>(pattern, payload).pipe(toArray()));
  }

  async send(pattern: string, payload: object = {}): Promise<unknown> {
    return (await this.sendAll(pattern, payload)).at(-1);
  }

  async emit(pattern: string, payload: object): Promise<void> {
    await lastValueFrom(this.client.emit(pattern, payload), { defaultValue: undefined });
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.app.close();
  }
}

type StartOptions = { logger: LoggerService | false; abortOnError: boolean };

async function startMicroservice(module: Type, listening: MicroserviceOptions, options: StartOptions) {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, { ...listening, ...options });
  await app.listen();
  return { app, server: app.unwrap<Server>() };
}

async function startHybrid(module: Type, listening: MicroserviceOptions, options: StartOptions) {
  const app = await NestFactory.create(module, new ExpressAdapter(), options);
  const microservice = app.connectMicroservice<MicroserviceOptions>(listening);
  await app.startAllMicroservices();
  await app.init();
  return { app, server: microservice.unwrap<Server>() };
}
