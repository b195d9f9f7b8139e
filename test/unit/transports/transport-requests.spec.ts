import { TransportRequests } from '../../../lib/transports/transport-requests.js';

class Gateway {}
const route = { controller: Gateway, handler: (): void => {} };
const request = (name: string): object => ({ headers: { name }, raw: {} });

/** The request of an operation whose GraphQL context is this. */
function requestOf(context: object): unknown {
  return new TransportRequests(undefined).of('graphql', context, route)?.context.request;
}

describe('the request of an operation', () => {
  it('is the one that Mercurius answers, for a context that is a constant keeps the first request for ever', () => {
    const [own, first] = [request('own'), request('first')];
    expect(requestOf({ reply: { request: own }, req: first })).toBe(own);
  });

  it.each(['req', 'request'])('is what the context calls %s', (name) => {
    const own = request('own');
    expect(requestOf({ [name]: own })).toBe(own);
  });

  it('is that of Express or of Node, which have a connection', () => {
    const own = { headers: {}, socket: {} };
    expect(requestOf({ req: own })).toBe(own);
  });

  it('is none on a WebSocket, whose first request does not say who is signed in', () => {
    expect(requestOf({ request: { headers: { upgrade: 'websocket' }, raw: {} } })).toBeUndefined();
    expect(requestOf({ reply: { request: { headers: {} } }, req: request('an earlier one') })).toBeUndefined();
    expect(requestOf({ req: { extra: {}, connectionParams: {} } })).toBeUndefined();
    expect(requestOf({})).toBeUndefined();
  });

  it('is never what a client sent as arguments', () => {
    const requests = new TransportRequests(undefined);
    const sent = { req: request('sent') };
    const own = request('own');
    expect(requests.ofArguments('graphql', [{}, sent, { req: own }, {}], route)?.context.request).toBe(own);
    expect(requests.ofArguments('graphql', [sent, { req: own }, {}], route)?.context.request).toBe(own);
  });
});

describe('who is signed in', () => {
  const userOf = (
    user: ((request: never) => unknown) | undefined,
    ...args: Parameters<TransportRequests['of']>
  ): unknown => new TransportRequests(user).of(...args)?.context.user;

  it.each([
    ['in an operation, the user of its context', 'graphql', { req: { ...request('own'), user: 'bob' }, user: 'ann' }],
    ['in an operation, the user of its request', 'graphql', { req: { ...request('own'), user: 'ann' } }],
    ['in a message, the user of its context', 'rpc', { user: 'ann' }],
    ['on a WebSocket, the user of the client', 'ws', { user: 'ann', data: { user: 'bob' } }],
    ['on a WebSocket of socket.io, the user of its data', 'ws', { data: { user: 'ann' } }],
  ])('is, %s', (_, type, bearer) => {
    expect(userOf(undefined, type, bearer, route)).toBe('ann');
  });

  it.each([
    ['request of an operation', 'graphql', { req: { ...request('own'), account: 'ann' }, user: 'bob' }],
    ['context of a message', 'rpc', { account: 'ann', user: 'bob' }],
    ['client of a WebSocket', 'ws', { account: 'ann', user: 'bob' }],
  ])('is what the function of forRoot says of the %s', (_, type, bearer) => {
    expect(userOf(({ account }: { account: string }) => account, type, bearer, route)).toBe('ann');
  });
});

describe('a client of a WebSocket', () => {
  it.each(['handshake', 'request'])('shows the headers that it connected with in its %s', (name) => {
    const client = { [name]: { headers: { host: 'a.example', 'x-lang': 'de' }, query: { room: '7' } } };
    const { host, headers, query } = new TransportRequests(undefined).of('ws', client, route)!.context;
    expect({ host, headers, query }).toEqual({
      host: 'a.example',
      headers: { host: 'a.example', 'x-lang': 'de' },
      query: { room: '7' },
    });
  });

  it('shows nothing where it keeps nothing', () => {
    const { host, headers, query } = new TransportRequests(undefined).of('ws', {}, route)!.context;
    expect({ host, headers, query }).toEqual({ host: undefined, headers: {}, query: undefined });
  });
});
