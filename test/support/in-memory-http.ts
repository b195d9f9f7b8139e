import type { Server } from 'node:http';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

/** A request without a connection. */
export interface MemoryRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The address of the client. */
  readonly ip?: string;
  readonly body?: string;
}

export interface MemoryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Has a server of Node answer a request, through all of the platform but the wire. */
export async function exchange(server: Server, request: MemoryRequest): Promise<MemoryAnswer> {
  const sent: Buffer[] = [];
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      sent.push(chunk);
      done();
    },
  });
  Object.defineProperty(socket, 'remoteAddress', { value: request.ip ?? '127.0.0.1' });
  const incoming = incomingMessage(socket, request);
  const response = new ServerResponse(incoming);
  response.shouldKeepAlive = false;
  response.useChunkedEncodingByDefault = false;
  response.assignSocket(socket as never);
  await new Promise((resolve) => {
    response.once('finish', resolve);
    server.emit('request', incoming, response);
  });
  const text = Buffer.concat(sent).toString('utf8');
  return {
    status: response.statusCode,
    headers: response.getHeaders(),
    body: text.slice(text.indexOf('\r\n\r\n') + 4),
  };
}

function incomingMessage(socket: Duplex, { method = 'GET', path, headers, body }: MemoryRequest): IncomingMessage {
  const incoming = new IncomingMessage(socket as never);
  const all = body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  Object.assign(incoming, { method, url: path, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  Object.assign(incoming, { headers: { ...all }, rawHeaders: Object.entries(all).flat() });
  if (body !== undefined) incoming.push(body);
  incoming.push(null);
  // Otherwise it counts as broken off as soon as it was read.
  incoming.complete = true;
  return incoming;
}
