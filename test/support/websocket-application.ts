import type { IncomingMessage } from 'node:http';
import type { CanActivate, ExecutionContext, INestApplication, LoggerService, Provider } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocket } from 'ws';
import type { CacheModuleOptions } from '../../lib/index.js';
import type { Platform } from './application.js';
import { TestApplication } from './application.js';

/** What a gateway knows of a client. */
export interface Client {
  user?: { readonly id: string } | undefined;
}

/** Signs in whoever the header `x-user` named when the client connected. */
export class SigningIn {
  handleConnection(client: Client, request: IncomingMessage): void {
    const id = request.headers['x-user'];
    if (typeof id === 'string') client.user = { id };
  }
}

/** Lets everybody who is signed in pass. */
export class SignedInClients implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getClient<Client>().user !== undefined;
  }
}

export interface WebSocketParts {
  readonly providers: Provider[];
  readonly platform?: Platform;
  readonly cache?: CacheModuleOptions;
  readonly logger?: LoggerService;
}

/** A real application with a gateway, and its clients. */
export class WebSocketApplication {
  readonly #sockets: WebSocket[] = [];

  private constructor(readonly application: TestApplication) {}

  static async start(parts: WebSocketParts): Promise<WebSocketApplication> {
    const configure = (app: INestApplication): unknown => app.useWebSocketAdapter(new WsAdapter(app));
    return new WebSocketApplication(await TestApplication.start({ ...parts, configure }));
  }

  async connect(user?: string): Promise<Connection> {
    const headers = user === undefined ? {} : { 'x-user': user };
    const socket = new WebSocket(this.application.url.replace('http:', 'ws:'), { headers });
    this.#sockets.push(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Connection(socket);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.application.stop();
  }
}

/** A client that waits for answers in the order in which it asked. */
export class Connection {
  readonly #answers: unknown[] = [];
  readonly #waiting: ((answer: unknown) => void)[] = [];

  constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as unknown;
      const waiting = this.#waiting.shift();
      if (waiting) waiting(answer);
      else this.#answers.push(answer);
    });
  }

  /** What the gateway sends next after this message. */
  async ask(event: string, data: object = {}): Promise<unknown> {
    this.socket.send(JSON.stringify({ event, data }));
    return this.next();
  }

  async next(): Promise<unknown> {
    if (this.#answers.length > 0) return this.#answers.shift();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
