import { memoryStore } from '../../../lib/stores/memory.store.js';
import { chaosStore } from '../../../lib/testing/chaos.store.js';
import { StoreBench } from '../../../lib/testing/store-bench.js';
import { storeContract } from '../../../lib/testing/store-contract.js';

const chaotic = () => chaosStore(memoryStore().create({ prefix: 'test', version: 1, name: 'default' }));

storeContract('a chaos store that is left in peace', chaotic);

describe('a chaos store', () => {
  const chaos = chaotic();
  const bench = new StoreBench(chaos);

  afterAll(() => chaos.close());

  it('holds a call back before it is sent', async () => {
    const address = bench.address('before');
    const lease = await bench.lease(address);
    const parked = chaos.park('fill', 'before');
    const filling = bench.fill(lease, 'x');
    await parked.arrived;
    expect(await bench.payload(address)).toBeUndefined();
    await bench.invalidate({ paths: [address.path] });
    parked.release();
    expect(await filling).toBe(false);
  });

  it('holds a call back after it was answered', async () => {
    const address = bench.address('after');
    const lease = await bench.lease(address);
    const parked = chaos.park('fill', 'after');
    let isTold = false;
    const filling = bench.fill(lease, 'x').then((confirmed) => (isTold = confirmed));
    await parked.arrived;
    expect(await bench.payload(address)).toBe('x');
    expect(isTold).toBe(false);
    parked.release();
    expect(await filling).toBe(true);
  });

  it('loses the answer to what was carried out', async () => {
    const address = bench.address('lost');
    const lease = await bench.lease(address);
    const parked = chaos.park('fill', 'after');
    const filling = bench.fill(lease, 'x');
    await parked.arrived;
    parked.fail(new Error('lost'));
    await expect(filling).rejects.toThrow('lost');
    expect(await bench.payload(address)).toBe('x');
  });

  it('sends late what its caller has given up', async () => {
    const address = bench.address('late');
    const lease = await bench.lease(address);
    const parked = chaos.park('fill', 'before');
    const filling = bench.fill(lease, 'x');
    await parked.arrived;
    parked.fail(new Error('timed out'));
    await expect(filling).rejects.toThrow('timed out');
    expect(await bench.payload(address)).toBeUndefined();
    parked.release();
    await new Promise(setImmediate);
    expect(await bench.payload(address)).toBe('x');
  });

  it('parks calls in their order, one each, and passes the rest', async () => {
    const [first, second] = [chaos.park('read', 'before'), chaos.park('read', 'before')];
    const answers: number[] = [];
    const reading = [1, 2].map((number) => bench.payload(bench.address('a')).then(() => answers.push(number)));
    await Promise.all([first.arrived, second.arrived]);
    expect(await bench.payload(bench.address('a'))).toBeUndefined();
    second.release();
    await reading[1];
    expect(answers).toEqual([2]);
    first.release();
    await Promise.all(reading);
  });

  it('takes a decision before its call comes', async () => {
    chaos.park('lock', 'before').release();
    expect(await chaos.lock('a', 'token', 1_000)).toBe(true);
    chaos.park('unlock', 'before').fail(new Error('down'));
    await expect(chaos.unlock('a', 'token')).rejects.toThrow('down');
    expect(await chaos.extendLock('a', 'token', 1_000)).toBe(true);
  });

  it('fails, delays and counts until it is calmed', async () => {
    const before = chaos.calls('renew');
    const lease = await bench.lease(bench.address('always'));
    chaos.alwaysFail('renew', new Error('down'));
    await expect(chaos.renew(lease)).rejects.toThrow('down');
    await expect(chaos.renew(lease)).rejects.toThrow('down');
    chaos.calm();
    chaos.alwaysDelay('renew', 20);
    const started = performance.now();
    expect(await chaos.renew(lease)).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(15);
    chaos.calm();
    expect(await chaos.renew(lease)).toBe(true);
    expect(chaos.calls('renew') - before).toBe(4);
  });
});
