import { jest } from '@jest/globals';
import { withDeadline, within } from '../../../lib/resilience/deadline.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

const late = () => new Error('late');

describe('a promise with a deadline', () => {
  it('comes to what the work comes to, and leaves no timer', async () => {
    const clock = new FakeClock();
    expect(await withDeadline(Promise.resolve('done'), 100, late, clock)).toBe('done');
    await expect(withDeadline(Promise.reject(new Error('failed')), 100, late, clock)).rejects.toThrow('failed');
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it('is rejected when the time is over, and not before', async () => {
    const clock = new FakeClock();
    let error: unknown;
    withDeadline(new Promise(() => undefined), 100, late, clock).catch((reason: unknown) => (error = reason));
    await clock.advance(99);
    expect(error).toBeUndefined();
    await clock.advance(1);
    expect(error).toEqual(late());
  });

  it('ignores what the work comes to afterwards', async () => {
    const clock = new FakeClock();
    let fail: ((error: Error) => void) | undefined;
    const work = new Promise((_, reject) => (fail = reject));
    const limited = withDeadline(work, 100, late, clock);
    limited.catch(() => undefined);
    await clock.advance(100);
    fail!(new Error('failed too late'));
    await expect(limited).rejects.toThrow('late');
  });
});

describe('a wait that ends', () => {
  it('comes to what the work comes to, and leaves no timer', async () => {
    const clock = new FakeClock();
    expect(await within(Promise.resolve('done'), 100, clock)).toBe('done');
    await expect(within(Promise.reject(new Error('failed')), 100, clock)).rejects.toThrow('failed');
    expect(clock.pending).toBe(0);
  });

  it('comes to nothing when the time is over, and not before', async () => {
    const clock = new FakeClock();
    const ended = jest.fn();
    void within(new Promise(() => undefined), 100, clock).then(ended);
    await clock.advance(99);
    expect(ended).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(ended).toHaveBeenCalledWith(undefined);
  });

  it('is over at once where the time was over before', async () => {
    const clock = new FakeClock();
    const waiting = within(new Promise(() => undefined), -1, clock);
    await clock.advance(0);
    expect(await waiting).toBeUndefined();
  });
});
