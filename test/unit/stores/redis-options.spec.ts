import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { redisStore } from '../../../lib/stores/redis.store.js';

function clusterOf(options: NonNullable<ConstructorParameters<typeof Cluster>[1]>): Cluster {
  return new Cluster(['redis://localhost:1'], { lazyConnect: true, ...options });
}

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

  it('takes Sentinels, nodes of a cluster, or a client of either', () => {
    const sentinels = [{ host: 'a' }, { host: 'b', port: 26380 }];
    redisStore({ sentinels, name: 'mymaster', password: 'secret', sentinelPassword: 'secret', db: 1 });
    redisStore({
      cluster: ['redis://a:6379', { host: 'b', port: 6380 }],
      tls: {},
      dnsLookup: (name, done) => done(null, name),
    });
    redisStore({ client: new Redis({ lazyConnect: true, sentinels, name: 'mymaster' }) });
    redisStore({ client: new Redis5({ lazyConnect: true, sentinels, name: 'mymaster' }) });
    redisStore({ client: new Cluster(['redis://localhost:1'], { lazyConnect: true }) });
    redisStore({ client: new Cluster5(['redis://localhost:1'], { lazyConnect: true }) });
  });

  it.each(['role', 'preferredSlaves', 'scaleReads', 'readOnly'])(
    'refuses the option %s, as no replica is ever read',
    (option) => {
      const sentinels = [{ host: 'a' }];
      for (const target of [{ sentinels, name: 'mymaster' }, { cluster: ['a:1'] }, { host: 'a' }]) {
        expect(codeOf({ ...target, [option]: 'slave' })).toBe('OPTION_INVALID');
      }
      expect(() => make({ sentinels, name: 'mymaster', [option]: 'slave' })).toThrow('a replica may lag behind');
    },
  );

  it('refuses Sentinels and nodes without an address, or without the name of the master', () => {
    for (const addresses of [undefined, [], 'secret', [{}], [{ port: 1 }], [undefined]]) {
      expect(codeOf({ cluster: addresses })).toBe('OPTION_INVALID');
      expect(codeOf({ sentinels: addresses, name: 'mymaster' })).toBe('OPTION_INVALID');
    }
    expect(codeOf({ sentinels: [{ host: 'a' }] })).toBe('OPTION_INVALID');
    expect(() => make({ cluster: [1, 'redis://:secret@a:1'] })).toThrow(expect.not.stringContaining('secret'));
  });

  it('keeps the ttl for the engine', () => {
    expect(redisStore('redis://localhost', { ttl: '1h' }).ttl).toBe('1h');
    expect(redisStore('redis://localhost').ttl).toBeUndefined();
  });

  it('refuses options that it does not know', () => {
    expect(codeOf('redis://localhost', { timeout: '1s' })).toBe('OPTION_UNKNOWN');
    const sentinels = [{ host: 'a' }];
    for (const target of [
      { hots: 'a' },
      { sentinels, name: 'a', host: 'a' },
      { cluster: ['a:1'], db: 1 },
      { cluster: ['a:1'], redisOptions: {} },
      { keyPrefix: 'a' },
      { url: 'a' },
    ]) {
      expect(codeOf(target)).toBe('OPTION_UNKNOWN');
    }
    expect(codeOf({ client: new Redis({ lazyConnect: true }), host: 'a' })).toBe('OPTION_UNKNOWN');
    expect(codeOf('redis://localhost?keyPrefix=a')).toBe('OPTION_UNKNOWN');
  });

  it('refuses durations without a unit', () => {
    for (const compressAbove of [-1, 1.5, '4kb', null]) {
      expect(codeOf('redis://localhost', { compressAbove })).toBe('OPTION_INVALID');
    }
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
    [
      'of replicas',
      () => new Redis({ lazyConnect: true, sentinels: [{ host: 'a' }], name: 'a', role: 'slave' }),
      'role',
    ],
    ['that is read-only', () => new Redis5({ lazyConnect: true, readOnly: true }), 'readOnly'],
    ['that reads from replicas', () => clusterOf({ scaleReads: 'slave' }), '"slave"'],
    ['that reads from anywhere', () => new Cluster5(['a:1'], { lazyConnect: true, scaleReads: 'all' }), '"all"'],
    ['that chooses where to read', () => clusterOf({ scaleReads: (nodes: unknown[]) => nodes[0] }), 'scaleReads'],
    ['of a cluster with a keyPrefix', () => clusterOf({ keyPrefix: 'shop:' }), '"shop:"'],
    [
      'of a cluster with a keyPrefix of its nodes',
      () => clusterOf({ redisOptions: { keyPrefix: 'shop:' } }),
      '"shop:"',
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
