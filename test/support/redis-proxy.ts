import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { RedisServer } from './redis.js';

/** What a proxy does to a connection, now and then. */
export const FAULTS = ['lateCommands', 'lateReplies', 'lostReply', 'lostCommands', 'ghostCommands'] as const;
export type Fault = (typeof FAULTS)[number];

/** As an argument of a command: 16 characters, in front of the mode. */
const BEGIN_TOKEN = /\$16\r\n([\w-]{16})\r\n\$\d+\r\n(?:load|put)\r\n/g;
const LONGEST_DELAY = 400;
const [SHORTEST_CALM, LONGEST_CALM] = [50, 2_000];

/**
 * Stands between clients and a server. Once it is told to disturb, it does to each connection, at random times:
 *
 * - `lateCommands`, `lateReplies`: holds one direction up for at most 400 ms, while other connections pass;
 * - `lostReply`: passes commands on, and cuts the connection when their reply comes;
 * - `lostCommands`: cuts the connection instead of passing commands on;
 * - `ghostCommands`: cuts the connection towards the client at once, and passes its last commands on up to 400 ms later,
 *   when the client may have sent them again on another connection.
 */
export class RedisProxy {
  readonly counts = new Map<Fault, number>(FAULTS.map((fault) => [fault, 0]));
  /** How many begins a client sent again on another connection. */
  resent = 0;
  readonly #server: Server;
  readonly #open = new Set<Relay>();
  /** The connection on which each token was first sent. No two begins share one. */
  readonly #tokens = new Map<string, Relay>();
  #isDisturbing = false;

  private constructor(
    private readonly target: RedisServer,
    private readonly random: () => number,
  ) {
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(target: RedisServer, random: () => number): Promise<RedisProxy> {
    const proxy = new RedisProxy(target, random);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    return `redis://127.0.0.1:${address.port}`;
  }

  disturb(): void {
    this.#isDisturbing = true;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const relay of this.#open) relay.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    const upstream = connect(this.target.port, this.target.host);
    let calmUntil = this.#nextFault();
    client.on('data', (data) => this.#noteTokens(relay, data));
    const relay: Relay = new Relay(client, upstream, () => {
      if (!this.#isDisturbing || performance.now() < calmUntil) return undefined;
      calmUntil = this.#nextFault();
      const fault = FAULTS[Math.floor(this.random() * FAULTS.length)]!;
      this.counts.set(fault, this.counts.get(fault)! + 1);
      return { fault, delay: this.random() * LONGEST_DELAY };
    });
    this.#open.add(relay);
    upstream.once('close', () => this.#open.delete(relay));
  }

  #noteTokens(relay: Relay, data: Buffer): void {
    for (const [, token] of data.toString('latin1').matchAll(BEGIN_TOKEN)) {
      if (!this.#tokens.has(token!)) this.#tokens.set(token!, relay);
      else if (this.#tokens.get(token!) !== relay) this.resent++;
    }
  }

  #nextFault(): number {
    return performance.now() + SHORTEST_CALM + this.random() * (LONGEST_CALM - SHORTEST_CALM);
  }
}

/** One connection through the proxy. */
class Relay {
  readonly #commands: Line;
  readonly #replies: Line;
  #losesReply = false;

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly nextFault: () => { fault: Fault; delay: number } | undefined,
  ) {
    this.#commands = new Line(upstream);
    this.#replies = new Line(client);
    for (const socket of [client, upstream]) socket.setNoDelay(true).on('error', () => {});
    client.on('data', (data) => this.#forward(data));
    upstream.on('data', (data) => this.#answer(data));
    // What the client sent before it went away still arrives.
    client.once('close', () => this.#commands.end());
    upstream.once('close', () => this.#replies.end());
  }

  destroy(): void {
    this.client.destroy();
    this.upstream.destroy();
  }

  #forward(data: Buffer): void {
    const { fault, delay = 0 } = this.nextFault() ?? {};
    if (fault === 'lostCommands') return this.destroy();
    if (fault === 'lostReply') this.#losesReply = true;
    if (fault === 'lateReplies') this.#replies.holdUp(delay);
    if (fault === 'lateCommands' || fault === 'ghostCommands') this.#commands.holdUp(delay);
    this.#commands.push(data);
    if (fault === 'ghostCommands') this.client.destroy();
  }

  #answer(data: Buffer): void {
    if (this.#losesReply) this.client.destroy();
    else this.#replies.push(data);
  }
}

/** One direction of a connection. What goes in comes out in the same order, later if the line is held up. */
class Line {
  readonly #waiting: (Buffer | undefined)[] = [];
  #heldUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly socket: Socket) {}

  push(data: Buffer | undefined): void {
    this.#waiting.push(data);
    this.#pass();
  }

  end(): void {
    this.push(undefined);
  }

  holdUp(delay: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, performance.now() + delay);
  }

  #pass(): void {
    if (this.#timer) return;
    const left = this.#heldUntil - performance.now();
    if (left > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#pass();
      }, left);
      return;
    }
    for (const data of this.#waiting.splice(0)) {
      if (this.socket.destroyed) continue;
      if (data) this.socket.write(data);
      else this.socket.end();
    }
  }
}
