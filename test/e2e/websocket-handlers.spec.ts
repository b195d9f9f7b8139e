import { Inject, Injectable, UseGuards } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import type { WsResponse } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { of } from 'rxjs';
import { Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS } from '../support/application.js';
import { Calls } from '../support/calls.js';
import { RecordedLog } from '../support/recorded-log.js';
import type { Client } from '../support/websocket-application.js';
import { SignedInClients, SigningIn, WebSocketApplication } from '../support/websocket-application.js';

@Injectable()
class Rooms {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @Cacheable('user:rooms:<<user_id>>')
  async all(): Promise<string> {
    return this.calls.note('rooms');
  }
}

@WebSocketGateway()
class Chat extends SigningIn {
  constructor(
    @Inject(Calls) private readonly calls: Calls,
    @Inject(Rooms) private readonly rooms: Rooms,
  ) {
    super();
  }

  @SubscribeMessage('room')
  @Cacheable('public:room:<<id>>')
  async room(@MessageBody('id') id: number): Promise<WsResponse> {
    return { event: 'room', data: { name: this.calls.note(`room ${id}`), since: new Date(0) } };
  }

  @SubscribeMessage('found')
  @Cacheable('public:found:<<filter>>', { ignore: ['client'] })
  found(client: Client, filter: object): WsResponse {
    return { event: 'found', data: this.calls.note(`found ${JSON.stringify(filter)}`) };
  }

  @UseGuards(SignedInClients)
  @SubscribeMessage('inbox')
  @Cacheable('user:inbox:<<user_id>>', { ignore: ['client'] })
  async inbox(@ConnectedSocket() client: Client): Promise<WsResponse> {
    return { event: 'inbox', data: this.calls.note(`inbox of ${client.user?.id}`) };
  }

  @SubscribeMessage('rooms')
  async allRooms(): Promise<WsResponse> {
    return { event: 'rooms', data: await this.rooms.all() };
  }

  @SubscribeMessage('last')
  @Cacheable('public:last')
  last(): Observable<WsResponse> {
    return of({ event: 'last', data: this.calls.note('last') });
  }

  @SubscribeMessage('refused')
  @Cacheable('public:refused')
  async refused(): Promise<WsResponse> {
    this.calls.note('refused');
    throw new WsException('not today');
  }

  @SubscribeMessage('rename')
  @InvalidateCache(['public:room:<<id>>'])
  rename(@MessageBody('id') id: number): Observable<WsResponse> {
    return of({ event: 'renaming', data: id }, { event: 'renamed', data: id });
  }
}

describe.each(PLATFORMS)('on %s a WebSocket handler', (platform) => {
  let app: WebSocketApplication;
  let calls: Calls;

  beforeEach(async () => {
    app = await WebSocketApplication.start({ platform, providers: [Calls, Rooms, Chat] });
    calls = app.application.get(Calls);
  });

  afterEach(async () => {
    await app.stop();
  });

  it('answers from the cache, dates and all', async () => {
    const client = await app.connect();
    const first = await client.ask('room', { id: 3 });
    expect(first).toEqual({ event: 'room', data: { name: 'room 3 #1', since: '1970-01-01T00:00:00.000Z' } });
    expect(await client.ask('room', { id: 3 })).toEqual(first);
  });

  it('keeps payloads apart, in part and as a whole', async () => {
    const client = await app.connect();
    for (const id of [1, 2, 1]) await client.ask('room', { id });
    for (const page of [1, 2, 1]) await client.ask('found', { page });
    expect(calls.made).toEqual(['room 1', 'room 2', 'found {"page":1}', 'found {"page":2}']);
  });

  it.each([
    ['itself', 'inbox'],
    ['the service that it calls', 'rooms'],
  ])('never shows one person the data of another: %s', async (_, event) => {
    const [ann, bob] = [await app.connect('ann'), await app.connect('bob')];
    const [anns, bobs] = await Promise.all([ann.ask(event), bob.ask(event)]);
    expect(bobs).not.toEqual(anns);
    expect([await ann.ask(event), await bob.ask(event)]).toEqual([anns, bobs]);
    expect(calls.made).toHaveLength(2);
  });

  it('answers with the value of an Observable that emits one', async () => {
    const client = await app.connect();
    for (const _ of [1, 2]) expect(await client.ask('last')).toEqual({ event: 'last', data: 'last #1' });
  });

  it('passes its exception on as it is, each time', async () => {
    const client = await app.connect();
    for (const _ of [1, 2]) {
      expect(await client.ask('refused')).toMatchObject({ event: 'exception', data: { message: 'not today' } });
    }
    expect(calls.made).toEqual(['refused', 'refused']);
  });

  it('sends every value of a write, and invalidates when the last one is there', async () => {
    const client = await app.connect();
    await client.ask('room', { id: 3 });
    expect(await client.ask('rename', { id: 3 })).toEqual({ event: 'renaming', data: 3 });
    expect(await client.next()).toEqual({ event: 'renamed', data: 3 });
    expect(await client.ask('room', { id: 3 })).toMatchObject({ data: { name: 'room 3 #2' } });
  });

  it('does not reach the cache around its guards', async () => {
    const ann = await app.connect('ann');
    await ann.ask('inbox');
    const nobody = await app.connect();
    expect(await nobody.ask('inbox')).toMatchObject({ event: 'exception' });
  });
});

@WebSocketGateway()
class Careless extends SigningIn {
  constructor(@Inject(Calls) private readonly calls: Calls) {
    super();
  }

  @SubscribeMessage('orders')
  @Cacheable('orders')
  async orders(): Promise<WsResponse> {
    return { event: 'orders', data: this.calls.note('orders') };
  }

  @SubscribeMessage('greeting')
  @Cacheable('public:greeting', { ignore: ['client'] })
  async greeting(@ConnectedSocket() client: Client): Promise<WsResponse> {
    return { event: 'greeting', data: this.calls.note(`greeting for ${client.user?.id}`) };
  }
}

describe('a WebSocket handler whose key does not say whose data it holds', () => {
  it('is cached for nobody who is signed in', async () => {
    const logger = new RecordedLog();
    const app = await WebSocketApplication.start({ providers: [Calls, Careless], logger });
    const [ann, bob, nobody] = [await app.connect('ann'), await app.connect('bob'), await app.connect()];
    expect(await ann.ask('orders')).toMatchObject({ data: 'orders #1' });
    expect(await bob.ask('orders')).toMatchObject({ data: 'orders #2' });
    for (const _ of [1, 2]) expect(await nobody.ask('orders')).toMatchObject({ data: 'orders #3' });
    await app.stop();
    expect(logger.errors('Careless.orders is not cached for signed-in users')).toHaveLength(1);
  });

  it('is not stored under a shared scope once it has looked who is signed in', async () => {
    const app = await WebSocketApplication.start({ providers: [Calls, Careless] });
    const [ann, bob] = [await app.connect('ann'), await app.connect('bob')];
    const answers = [await ann.ask('greeting'), await bob.ask('greeting')];
    await app.stop();
    expect(answers).toMatchObject([{ data: 'greeting for ann #1' }, { data: 'greeting for bob #2' }]);
  });
});
