import { Undelivered } from '../../../lib/stores/undelivered.js';

const INVALIDATION = { groups: ['posts'], paths: [], globs: [] };

describe('invalidations that wait', () => {
  it('call back once when all of them are delivered, but nobody who has given up', async () => {
    const waiting = new Undelivered();
    const called: string[] = [];
    waiting.add(INVALIDATION);
    waiting.onceDelivered(() => called.push('waited'));
    waiting.onceDelivered(() => called.push('gave up'))();
    await expect(waiting.deliver(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(called).toEqual([]);
    for (let time = 0; time < 2; time++) {
      waiting.add(INVALIDATION);
      await waiting.deliver(async () => {});
      expect(called).toEqual(['waited']);
    }
  });
});
