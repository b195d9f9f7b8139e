import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** What a gateway does with connections. */
export type Manner =
  | { readonly kind: 'passes' }
  /** Answers each command by itself, with this error. */
  | { readonly kind: 'answers'; readonly error: string }
  /** Cuts each connection in the middle of a reply, now and then. */
  | { readonly kind: 'cuts' }
  /** Keeps back what comes from the client until it passes again, as a network does that loses packets for a while. */
  | { readonly kind: 'holds' }
  /** Passes each reply on so many milliseconds late. */
  | { readonly kind: 'slows'; readonly delay: number };

const COMMAND = /(?:^|\r\n)\*\d+\r\n/g;

/** Stands between a client and a server, and can come between them. */
export class Gateway {
  #manner: Manner = { kind: 'passes' };
  #replies = 0;
  #held: (() => void)[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {
    server.on('connection', (client) => this.#accept(client));
  }

  static async start(port: number): Promise<Gateway> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Gateway(server, port);
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The gateway does not listen.');
    return `redis://127.0.0.1:${address.port}`;
  }

  set manner(manner: Manner) {
    this.#manner = manner;
    if (manner.kind === 'passes') for (const send of this.#held.splice(0)) send();
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    const upstream = connect(this.port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket.setNoDelay(true).on('error', () => {}));
      socket.once('close', () => {
        this.#sockets.delete(socket);
        for (const each of [client, upstream]) each.destroy();
      });
    }
    client.on('data', (data) => {
      if (this.#manner.kind === 'answers') client.write(answersTo(data, this.#manner.error));
      else if (this.#manner.kind === 'holds') this.#held.push(() => void upstream.write(data));
      else upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (this.#manner.kind === 'cuts') this.#cutNowAndThen(client, data);
      else if (this.#manner.kind === 'slows') setTimeout(() => client.write(data), this.#manner.delay);
      else client.write(data);
    });
  }

  #cutNowAndThen(client: Socket, data: Buffer): void {
    if (++this.#replies % 20 !== 0) client.write(data);
    else client.write(data.subarray(0, Math.ceil(data.length / 2)), () => client.destroy());
  }
}

function answersTo(commands: Buffer, error: string): string {
  const count = commands.toString('latin1').match(COMMAND)?.length ?? 0;
  return `-${error}\r\n`.repeat(count);
}
