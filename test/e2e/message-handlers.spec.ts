import { Controller, Inject, Injectable, UseGuards } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { EMPTY, NEVER, concat, of } from 'rxjs';
import { CachePut, Cacheable, InvalidateCache } from '../../lib/index.js';
import { Calls } from '../support/calls.js';
import type { MessageContext, MessageParts } from '../support/message-application.js';
import { MessageApplication, SignInMessages } from '../support/message-application.js';
import { RecordedLog } from '../support/recorded-log.js';

@Controller()
@UseGuards(SignInMessages)
class Prices {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @MessagePattern('price')
  @Cacheable('public:price:<<sku>>')
  async price(@Payload('sku') sku: string): Promise<object> {
    return { text: this.calls.note(`price of ${sku}`), since: new Date(0) };
  }

  @MessagePattern('found')
  @Cacheable('public:found:<<filter>>')
  found(filter: object): string {
    return this.calls.note(`found ${JSON.stringify(filter)}`);
  }

  @MessagePattern('basket')
  @Cacheable('user:basket:<<user_id>>', { ignore: ['context'] })
  async basket(@Ctx() context: MessageContext): Promise<string> {
    return this.calls.note(`basket of ${context.user?.id}`);
  }

  @MessagePattern('last')
  @Cacheable('public:last')
  last(): Observable<string> {
    return of(this.calls.note('last'));
  }

  @MessagePattern('refused')
  @Cacheable('public:refused')
  async refused(): Promise<string> {
    this.calls.note('refused');
    throw new RpcException({ code: 'NOT_TODAY' });
  }

  @MessagePattern('reprice')
  @InvalidateCache(['public:price:<<sku>>'])
  reprice(@Payload('sku') sku: string): Observable<string> {
    return of(`${sku} found`, `${sku} repriced`);
  }

  @MessagePattern('set')
  @CachePut('public:price:<<sku>>')
  async set(@Payload('sku') sku: string): Promise<object> {
    return { text: this.calls.note(`${sku} set`) };
  }

  @EventPattern('repriced')
  @InvalidateCache(['public:price:<<sku>>'])
  async repriced(@Payload('sku') sku: string): Promise<void> {
    this.calls.note(`${sku} repriced`);
  }
}

describe('a message handler', () => {
  let messages: MessageApplication;

  beforeEach(async () => {
    messages = await MessageApplication.start({ controllers: [Prices] });
  });

  afterEach(async () => {
    await messages.stop();
  });

  it('answers from the cache, dates and all', async () => {
    const first = await messages.send('price', { sku: 'a' });
    expect(first).toEqual({ text: 'price of a #1', since: '1970-01-01T00:00:00.000Z' });
    expect(await messages.send('price', { sku: 'a' })).toEqual(first);
  });

  it('keeps payloads apart, in part and as a whole', async () => {
    for (const sku of ['a', 'b', 'a']) await messages.send('price', { sku });
    for (const page of [1, 2, 1]) await messages.send('found', { page });
    expect(messages.calls).toEqual(['price of a', 'price of b', 'found {"page":1}', 'found {"page":2}']);
  });

  it('never answers one person with the data of another', async () => {
    const people = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'ann' : 'bob'));
    const answers = await Promise.all(people.map((by) => messages.send('basket', { by })));
    for (const [index, answer] of answers.entries()) expect(answer).toContain(`basket of ${people[index]}`);
    expect(messages.calls.sort()).toEqual(['basket of ann', 'basket of bob']);
  });

  it('answers with the value of an Observable that emits one', async () => {
    for (const _ of [1, 2]) expect(await messages.sendAll('last')).toEqual(['last #1']);
  });

  it('passes its exception on as it is, each time', async () => {
    for (const _ of [1, 2]) await expect(messages.send('refused')).rejects.toEqual({ code: 'NOT_TODAY' });
    expect(messages.calls).toEqual(['refused', 'refused']);
  });

  it('sends every value of a write, and invalidates when the last one is there', async () => {
    await messages.send('price', { sku: 'a' });
    expect(await messages.sendAll('reprice', { sku: 'a' })).toEqual(['a found', 'a repriced']);
    expect(await messages.send('price', { sku: 'a' })).toMatchObject({ text: 'price of a #2' });
  });

  it('stores what it puts', async () => {
    await messages.send('set', { sku: 'a' });
    expect(await messages.send('price', { sku: 'a' })).toEqual({ text: 'a set #1' });
  });

  it('may be one for events, and invalidate', async () => {
    await messages.send('price', { sku: 'a' });
    await messages.emit('repriced', { sku: 'a' });
    await messages.send('set', { sku: 'b' });
    expect(await messages.send('price', { sku: 'a' })).toMatchObject({ text: 'price of a #4' });
  });
});

@Controller()
class Streams {
  @MessagePattern('several')
  @Cacheable('public:several')
  several(): Observable<number> {
    return of(1, 2, 3);
  }

  @MessagePattern('endless')
  @Cacheable('public:endless')
  endless(): Observable<number> {
    return concat(of(1, 2), NEVER);
  }

  @MessagePattern('none')
  @Cacheable('public:none')
  none(): Observable<number> {
    return EMPTY;
  }
}

describe('a message handler whose Observable does not emit exactly one value', () => {
  it.each([
    ['several', 'more than one value'],
    ['endless', 'more than one value'],
    ['none', 'no value'],
  ])('is an error for developers: %s', async (pattern, found) => {
    const logger = new RecordedLog();
    const messages = await MessageApplication.start({ controllers: [Streams], logger });
    await expect(messages.sendAll(pattern)).rejects.toMatchObject({ status: 'error' });
    await messages.stop();
    const [line] = logger.errors(`Streams.${pattern} cannot be cached: its Observable emitted ${found}`);
    expect(line).toContain('Let it emit one value');
  });

  it('sends all of them in production, uncached, and says so once', async () => {
    const logger = new RecordedLog();
    const messages = await inProduction({ controllers: [Streams], logger });
    for (const _ of [1, 2]) {
      expect(await messages.sendAll('several')).toEqual([1, 2, 3]);
      expect(await messages.sendAll('none')).toEqual([]);
    }
    await messages.stop();
    expect(logger.errors('Streams.several goes on uncached')).toHaveLength(1);
  });
});

@Controller()
@UseGuards(SignInMessages)
class Careless {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @MessagePattern('orders')
  @Cacheable('orders')
  async orders(@Payload('by') by: string): Promise<string> {
    return this.calls.note(`orders of ${by ?? 'nobody'}`);
  }

  @MessagePattern('mine')
  @Cacheable('mine:<<user_id>>')
  async mine(@Payload('by') by: string): Promise<string> {
    return this.calls.note(`data of ${by}`);
  }

  @MessagePattern('greeting')
  @Cacheable('public:greeting', { ignore: ['context'] })
  async greeting(@Ctx() context: MessageContext): Promise<string> {
    return this.calls.note(`greeting for ${context.user?.id}`);
  }

  @MessagePattern('shared')
  @Cacheable('public:shared')
  async shared(): Promise<string> {
    return this.calls.note('shared');
  }
}

describe('a message handler whose key does not say whose data it holds', () => {
  it('is cached for nobody who is signed in', async () => {
    const logger = new RecordedLog();
    const messages = await MessageApplication.start({ controllers: [Careless], cache: { keyCheck: 'off' }, logger });
    for (const by of ['ann', 'bob', 'ann']) expect(await messages.send('orders', { by })).toContain(`orders of ${by}`);
    for (const _ of [1, 2]) expect(await messages.send('orders')).toBe('orders of nobody #4');
    await messages.stop();
    expect(logger.errors('Careless.orders is not cached for signed-in users')).toHaveLength(1);
  });

  it('is not stored under a shared scope once it has looked who is signed in', async () => {
    const messages = await MessageApplication.start({ controllers: [Careless], cache: { keyCheck: 'off' } });
    const answers = [await messages.send('greeting', { by: 'ann' }), await messages.send('greeting', { by: 'bob' })];
    await messages.stop();
    expect(answers).toEqual(['greeting for ann #1', 'greeting for bob #2']);
  });
});

describe('a message handler of a hybrid application that shares no interceptors with it', () => {
  it('finds the context of the message where it is passed on', async () => {
    const messages = await MessageApplication.start({ controllers: [Prices], isHybrid: true });
    for (const by of ['ann', 'bob', 'ann']) expect(await messages.send('basket', { by })).toContain(`basket of ${by}`);
    await messages.stop();
    expect(messages.calls).toEqual(['basket of ann', 'basket of bob']);
  });

  it('is cached elsewhere only under a shared scope, and says why', async () => {
    const logger = new RecordedLog();
    const cache = { keyCheck: 'off' } as const;
    const messages = await MessageApplication.start({ controllers: [Careless], cache, logger, isHybrid: true });
    for (const by of ['ann', 'bob']) expect(await messages.send('orders', { by })).toContain(`orders of ${by}`);
    for (const _ of [1, 2]) expect(await messages.send('shared')).toBe('shared #3');
    await expect(messages.send('mine', { by: 'ann' })).rejects.toMatchObject({ status: 'error' });
    await messages.stop();
    expect(logger.errors('Careless.orders is not cached where no request says who is signed in')).toHaveLength(1);
    expect(logger.errors('Careless.mine: <<@user.id>> can only be read while a request is being handled')).toHaveLength(
      1,
    );
  });
});

@Injectable()
class Tenants {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @Cacheable('public:settings')
  async settings(): Promise<string> {
    return this.calls.note('settings');
  }

  @Cacheable('user:basket:<<user_id>>')
  async basket(): Promise<string> {
    return this.calls.note('basket');
  }
}

@Controller()
@UseGuards(SignInMessages)
class TenantMessages {
  constructor(@Inject(Tenants) private readonly tenants: Tenants) {}

  @MessagePattern('settings')
  async settings(): Promise<string> {
    return this.tenants.settings();
  }
}

describe('what a message handler calls', () => {
  it('knows the context of the message, by the functions of forRoot', async () => {
    const messages = await MessageApplication.start({
      controllers: [TenantMessages],
      providers: [Tenants],
      cache: {
        user: (context: MessageContext) => ({ id: `user ${context.user?.id}` }),
        partition: ({ user }) => (user as { id: string }).id,
      },
    });
    const answers: unknown[] = [];
    for (const by of ['ann', 'bob', 'ann']) answers.push(await messages.send('settings', { by }));
    await messages.stop();
    expect(answers).toEqual(['settings #1', 'settings #2', 'settings #1']);
  });
});

@Controller()
@UseGuards(SignInMessages)
class Baskets {
  constructor(@Inject(Tenants) private readonly tenants: Tenants) {}

  @MessagePattern('basket')
  @InvalidateCache(['basket:<<user_id>>'])
  async basket(@Ctx() context: MessageContext): Promise<string> {
    return `${await this.tenants.basket()} ${context.user?.id}`;
  }
}

describe('the context that a handler of a hybrid application is passed', () => {
  it('is that of its services as well', async () => {
    const messages = await MessageApplication.start({ controllers: [Baskets], providers: [Tenants], isHybrid: true });
    const answers: unknown[] = [];
    for (const by of ['ann', 'bob', 'ann']) answers.push(await messages.send('basket', { by }));
    await messages.stop();
    expect(answers).toEqual(['basket #1 ann', 'basket #2 bob', 'basket #1 ann']);
  });
});

async function inProduction(parts: MessageParts): Promise<MessageApplication> {
  const environment = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return await MessageApplication.start(parts);
  } finally {
    process.env['NODE_ENV'] = environment;
  }
}
