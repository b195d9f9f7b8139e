import { RedisFailures } from '../../../lib/stores/redis-failures.js';

const settings = { name: 'default', commandTimeout: 250 };
const moved = Object.assign(new Error('MOVED 3999 127.0.0.1:6381'), { name: 'ReplyError' });

describe('why a command was not carried out', () => {
  it('concerns a part of a cluster when a node sends on to another one', () => {
    const { details } = new RedisFailures({ ...settings, isPart: () => false }).from('read', moved);
    expect(details.isPartial).toBe(true);
  });

  it('concerns all of a single server, whatever that says', () => {
    const { details } = new RedisFailures(settings).from('read', moved);
    expect(details).toEqual({
      store: 'default',
      operation: 'read',
      reason: `it said ${JSON.stringify(moved.message)}`,
    });
  });
});
