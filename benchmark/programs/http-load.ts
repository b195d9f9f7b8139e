// Asks a server for one path over and over, on several connections at once, and counts whole answers.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { answer } from '../../test/programs/answering.js';

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  /** In milliseconds. */
  readonly duration: number;
}

const END_OF_HEAD = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)/i;

answer({ load });

/** Returns how many answers came in a second. */
async function load({ port, path, connections, duration }: Load): Promise<number> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const begun = performance.now();
  const end = begun + duration;
  const counts = await Promise.all(sockets.map((socket) => askUntil(end, socket, request)));
  const seconds = (performance.now() - begun) / 1_000;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

/** The number of answers on one connection; the next request goes out when an answer is complete. */
function askUntil(end: number, socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    let [head, missing] = ['', 0];
    socket.on('error', reject).on('close', () => reject(new Error('The server closed a connection.')));
    socket.on('data', (chunk: Buffer) => {
      if (missing > 0) missing -= chunk.length;
      else {
        head += chunk.toString('latin1');
        const headLength = head.indexOf(END_OF_HEAD);
        if (headLength < 0) return;
        const length = LENGTH.exec(head)?.[1];
        if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
          return reject(new Error(`The server answered ${head.slice(0, 80)}`));
        }
        missing = headLength + END_OF_HEAD.length + Number(length) - head.length;
        head = '';
      }
      if (missing > 0) return;
      answers++;
      if (performance.now() < end) socket.write(request);
      else {
        socket.removeAllListeners('close').destroy();
        resolve(answers);
      }
    });
    socket.write(request);
  });
}
