import type { Flight, FlightRequest, Role } from '../../../lib/resilience/single-flight.js';
import { SingleFlight } from '../../../lib/resilience/single-flight.js';

const flights = () => new SingleFlight<string>();
const asked = (more: Partial<FlightRequest> = {}): FlightRequest => ({
  key: 'a',
  groups: ['~root'],
  reachable: true,
  ancestors: [],
  ...more,
});

function led(role: Role<string>): Flight<string> {
  if (role.kind !== 'lead') throw new Error(`The role is to ${role.kind}.`);
  return role.flight;
}

describe('whoever asks for a key', () => {
  it('leads where nobody loads it', () => {
    expect(flights().join(asked()).kind).toBe('lead');
  });

  it('follows early before the load began, and late after', () => {
    const each = flights();
    const flight = led(each.join(asked()));
    expect(each.join(asked())).toEqual({ kind: 'follow', flight, early: true });
    flight.hasBegun = true;
    expect(each.join(asked())).toEqual({ kind: 'follow', flight, early: false });
  });

  it('leads another flight for other groups', () => {
    const each = flights();
    const flight = led(each.join(asked()));
    expect(led(each.join(asked({ groups: ['~root', '~tag:x'] })))).not.toBe(flight);
  });

  it('cannot mistake a group for a part of another key', () => {
    const each = flights();
    led(each.join(asked({ key: 'a', groups: ['b', 'c'] })));
    expect(each.join(asked({ key: 'a', groups: ['b'] })).kind).toBe('lead');
    expect(each.join(asked({ key: 'a', groups: [] })).kind).toBe('lead');
  });

  it('leads anew once the flight was closed', () => {
    const each = flights();
    const flight = led(each.join(asked()));
    each.close(flight);
    const next = led(each.join(asked()));
    each.close(flight);
    expect(each.join(asked())).toMatchObject({ kind: 'follow', flight: next });
  });

  it('leads anew once the flight was detached, and only then', () => {
    const each = flights();
    const flight = led(each.join(asked()));
    const other = led(each.join(asked({ key: 'b' })));
    each.detach(({ key }) => key === 'a');
    expect([flight.isDetached, other.isDetached]).toEqual([true, false]);
    expect(each.join(asked()).kind).toBe('lead');
    expect(each.join(asked({ key: 'b' })).kind).toBe('follow');
  });
});

describe('without a store', () => {
  it('a flight that has begun is not joined but waited for', () => {
    const each = flights();
    const first = led(each.join(asked({ reachable: false })));
    expect(each.join(asked({ reachable: false }))).toMatchObject({ kind: 'follow', early: true });
    first.hasBegun = true;
    const second = led(each.join(asked({ reachable: false })));
    expect(second.after).toBe(first);
    expect(each.join(asked({ reachable: false }))).toEqual({ kind: 'follow', flight: second, early: true });
  });

  it('an invalidation detaches both, also the one that nobody can join any more', () => {
    const each = flights();
    const first = led(each.join(asked({ reachable: false })));
    first.hasBegun = true;
    const second = led(each.join(asked({ reachable: false })));
    each.detach(() => true);
    expect([first.isDetached, second.isDetached]).toEqual([true, true]);
  });

  it('a flight forgets the one that it waited for', () => {
    const each = flights();
    const first = led(each.join(asked({ reachable: false })));
    first.hasBegun = true;
    const second = led(each.join(asked({ reachable: false })));
    expect(second.waitsForAny([first as Flight<unknown>])).toBe(true);
    second.goOn();
    expect(second.waitsForAny([first as Flight<unknown>])).toBe(false);
    expect(second.after).toBeUndefined();
  });
});

describe('a caller inside a loader', () => {
  it('is alone where the flight waits for one of its ancestors, however indirectly', () => {
    const each = flights();
    const [a, b, c] = ['a', 'b', 'c'].map((key) => led(each.join(asked({ key }))) as Flight<unknown>) as [
      Flight<unknown>,
      Flight<unknown>,
      Flight<unknown>,
    ];
    b.waitsFor.add(c);
    expect(each.join(asked({ key: 'b', ancestors: [a] })).kind).toBe('follow');
    c.waitsFor.add(a);
    expect(each.join(asked({ key: 'b', ancestors: [a] }))).toEqual({ kind: 'alone' });
    expect(each.join(asked({ key: 'b', ancestors: [] })).kind).toBe('follow');
  });

  it('is alone where the flight is one of its ancestors', () => {
    const each = flights();
    const flight = led(each.join(asked())) as Flight<unknown>;
    expect(each.join(asked({ ancestors: [flight] }))).toEqual({ kind: 'alone' });
  });

  it('is alone as long as one of several puts of the key is its ancestor', () => {
    const each = flights();
    const [first, second] = [each.beginPut('a'), each.beginPut('a')];
    each.endPut(first);
    expect(each.join(asked({ ancestors: [second as Flight<unknown>] }))).toEqual({ kind: 'alone' });
    each.endPut(second);
    expect(each.join(asked({ ancestors: [second as Flight<unknown>] })).kind).toBe('lead');
  });

  it('is told about circles that do not concern it in finite time', () => {
    const each = flights();
    const [a, b] = ['a', 'b'].map((key) => led(each.join(asked({ key }))) as Flight<unknown>) as [
      Flight<unknown>,
      Flight<unknown>,
    ];
    a.waitsFor.add(b);
    b.waitsFor.add(a);
    const other = led(each.join(asked({ key: 'other' }))) as Flight<unknown>;
    expect(each.join(asked({ key: 'a', ancestors: [other] })).kind).toBe('follow');
  });
});

it('hands the same landing to everybody', async () => {
  const flight = led(flights().join(asked()));
  flight.land({ kind: 'loaded', result: 'one', confirmed: true });
  flight.land({ kind: 'again' });
  expect(await flight.landed).toEqual({ kind: 'loaded', result: 'one', confirmed: true });
});
