import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { redisStore } from '../../../lib/stores/redis.store.js';

const make = redisStore as (...values: unknown[]) => ReturnType<typeof redisStore>;

function codeOf(...values: unknown[]): unknown {
  try {
    make(...values);
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('redisStore()', () => {
  it('takes a URL, connection options, or a client', () => {
    for (const url of ['redis://localhost', 'rediss://user:pass@host:6380/2', 'redis://[::1]:6379/0?family=6']) {
      expect(redisStore(url).kind).toBe('redis');
    }
    redisStore({ host: 'localhost', port: 6379, db: 1, tls: {} });
    redisStore({});
    redisStore({ client: new Redis({ lazyConnect: true }) });
    redisStore({ client: new Redis5({ lazyConnect: true }) });
  });

  it('keeps the ttl for the engine', () => {
    expect(redisStore('redis://localhost', { ttl: '1h' }).ttl).toBe('1h');
    expect(redisStore('redis://localhost').ttl).toBeUndefined();
  });

  it('refuses options that it does not know', () => {
    expect(codeOf('redis://localhost', { timeout: '1s' })).toBe('OPTION_UNKNOWN');
    for (const target of [
      { hots: 'a' },
      { sentinels: [], name: 'a' },
      { cluster: [] },
      { keyPrefix: 'a' },
      { url: 'a' },
    ]) {
      expect(codeOf(target)).toBe('OPTION_UNKNOWN');
    }
    expect(codeOf({ client: new Redis({ lazyConnect: true }), host: 'a' })).toBe('OPTION_UNKNOWN');
    expect(codeOf('redis://localhost?keyPrefix=a')).toBe('OPTION_UNKNOWN');
  });

  it('refuses durations without a unit', () => {
    for (const option of ['commandTimeout', 'ttl']) {
      for (const value of [250, '250', '', null, '-1s']) {
        expect([option, value, codeOf('redis://localhost', { [option]: value })]).toEqual([
          option,
          value,
          'DURATION_INVALID',
        ]);
      }
    }
  });

  it('refuses what is no address, and shows no password', () => {
    for (const target of ['localhost:6379', 'http://user:secret@host', 'redis', '', undefined, null, 6379, []]) {
      expect([target, codeOf(target)]).toEqual([target, 'OPTION_INVALID']);
    }
    expect(() => make('http://user:secret@host')).toThrow(expect.not.stringContaining('secret'));
  });

  it.each([
    ['with a keyPrefix', () => new Redis({ lazyConnect: true, keyPrefix: 'shop:' }), '"shop:"'],
    ['of a cluster', () => new Cluster(['redis://localhost:1'], { lazyConnect: true }), 'not supported yet'],
    [
      'of a cluster, of ioredis 5',
      () => new Cluster5(['redis://localhost:1'], { lazyConnect: true }),
      'not supported yet',
    ],
    ['in monitor mode', () => new Redis({ lazyConnect: true, monitor: true }), 'monitor mode'],
    [
      'in subscriber mode',
      () => Object.defineProperty(new Redis({ lazyConnect: true }), 'mode', { value: 'subscriber' }),
      'subscriber',
    ],
    ['of another package', () => ({ get: () => {}, options: {} }), 'no client of ioredis'],
    ['that is a string', () => 'redis://localhost', 'no client of ioredis'],
    ['that is not there', () => undefined, 'no client of ioredis'],
  ])('refuses a client %s', (_, client, reason) => {
    expect(codeOf({ client: client() })).toBe('STORE_CLIENT_REFUSED');
    expect(() => make({ client: client() })).toThrow(reason);
  });
});
