import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { RedisServer } from '../support/redis.js';

describe('the redis-server of a test', () => {
  let server: RedisServer | undefined;

  afterEach(() => server?.stop());

  it('is shared by the integration tests under TEST_REDIS_URL', async () => {
    const { port } = new URL(process.env['TEST_REDIS_URL']!);

    await expect(send(Number(port), 'PING')).resolves.toBe('+PONG');
  });

  it('comes back on the same port with what was saved', async () => {
    server = await RedisServer.start();
    await send(server.port, 'SET saved 1');
    await send(server.port, 'SAVE');
    await send(server.port, 'SET unsaved 1');

    await server.kill('SIGKILL');
    await expect(send(server.port, 'PING')).rejects.toThrow('ECONNREFUSED');
    await server.restart();

    await expect(send(server.port, 'EXISTS saved')).resolves.toBe(':1');
    await expect(send(server.port, 'EXISTS unsaved')).resolves.toBe(':0');
  });

  it('answers nothing while it is paused', async () => {
    server = await RedisServer.start();

    server.pause();
    const answer = send(server.port, 'PING');
    const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'));
    await expect(Promise.race([answer, silence])).resolves.toBe('silence');
    server.resume();

    await expect(answer).resolves.toBe('+PONG');
  });

  it('leaves neither process nor directory when it is stopped', async () => {
    server = await RedisServer.start();
    const { pid, dir } = server;

    await server.stop();

    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(access(dir)).rejects.toThrow('ENOENT');
  });

  it('says why it could not start', async () => {
    await expect(RedisServer.start({ args: ['--no-such-option', 'yes'] })).rejects.toThrow(/no-such-option/);
  });
});

async function send(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  try {
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().trim();
  } finally {
    socket.destroy();
  }
}
