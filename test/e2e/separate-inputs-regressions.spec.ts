import { Controller, Get, Injectable } from '@nestjs/common';
import { Cacheable } from '../../lib/index.js';
import { TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

class ByEmail {
  constructor(readonly value: string) {}
}

class ByName {
  constructor(readonly value: string) {}
}

class Principal {
  constructor(
    readonly tenant: string,
    readonly name: string,
  ) {}

  toJSON(): object {
    return { name: this.name };
  }
}

/* As compilers write private members for older engines. */
const _Secret_text = new WeakMap<object, string>();
const __classPrivateFieldGet = (receiver: object, state: WeakMap<object, string>): string => state.get(receiver)!;
const __classPrivateFieldSet = (receiver: object, state: WeakMap<object, string>, value: string): unknown =>
  state.set(receiver, value);

class Secret {
  constructor(text: string) {
    __classPrivateFieldSet(this, _Secret_text, text);
  }

  get text(): string {
    return __classPrivateFieldGet(this, _Secret_text);
  }
}

@Injectable()
class Finder {
  @Cacheable()
  async find(by: ByEmail | ByName): Promise<string> {
    return `${by.constructor.name} ${by.value}`;
  }

  @Cacheable('found:<<by>>')
  async findByTemplate(by: ByEmail | ByName): Promise<string> {
    return `${by.constructor.name} ${by.value}`;
  }

  @Cacheable('orders:<<principal>>')
  async orders(principal: Principal): Promise<string> {
    return `orders of ${principal.name} at ${principal.tenant}`;
  }

  @Cacheable('secret:<<secret>>')
  async open(secret: Secret): Promise<string> {
    return secret.text;
  }
}

describe('objects as arguments', () => {
  let app: TestApplication;
  let finder: Finder;

  beforeAll(async () => {
    app = await TestApplication.start({ providers: [Finder] });
    finder = app.get(Finder);
  });
  afterAll(() => app.stop());

  it.each(['find', 'findByTemplate'] as const)('of two classes do not share a key: %s', async (method) => {
    const found = [await finder[method](new ByEmail('a')), await finder[method](new ByName('a'))];
    expect(found).toEqual(['ByEmail a', 'ByName a']);
    expect(await finder[method](new ByEmail('a'))).toBe('ByEmail a');
  });

  it('are told apart also by what their toJSON leaves out', async () => {
    const orders = [await finder.orders(new Principal('one', 'Ada')), await finder.orders(new Principal('two', 'Ada'))];
    expect(orders).toEqual(['orders of Ada at one', 'orders of Ada at two']);
  });

  it('are refused where nothing can read what tells them apart', async () => {
    await expect(finder.open(new Secret('a'))).rejects.toMatchObject({ code: 'KEY_VALUE_UNSUPPORTED' });
  });
});

interface Asked {
  readonly headers: Readonly<Record<string, string>>;
}

@Controller()
class OwnController {
  runs = 0;

  @Get('own')
  @Cacheable('own:<<user_id>>')
  async own(): Promise<string> {
    return `run ${++this.runs}`;
  }
}

describe('an identity', () => {
  it('of bytes is told from every other', async () => {
    const user = ({ headers }: Asked): object => ({ _id: Buffer.from(headers['x-id']!, 'hex') });
    const app = await TestApplication.start({ controllers: [OwnController], cache: { user: user } });
    const answers = [];
    for (const id of ['ff80', 'fe81', 'ff80']) answers.push(await app.fetch('/own', { headers: { 'x-id': id } }));
    expect(answers.map(({ cache }) => cache)).toEqual(['MISS', 'MISS', 'HIT']);
    expect(answers[1]!.body).not.toBe(answers[0]!.body);
    await app.stop();
  });

  it('is missing where it is no number', async () => {
    const user = ({ headers }: Asked): number => Number(headers['x-id']);
    const logger = new RecordedLog();
    const parts = { controllers: [OwnController], logger, cache: { user: user as never } };
    const app = await TestApplication.startInProduction(parts);
    const answers = [];
    for (const id of ['abc', 'abd']) answers.push(await app.fetch('/own', { headers: { 'x-id': id } }));
    expect(answers.map(({ status, cache }) => [status, cache])).toEqual([
      [200, 'BYPASS'],
      [200, 'BYPASS'],
    ]);
    expect(logger.errors('(IDENTITY_MISSING)')).toHaveLength(1);
    await app.stop();
  });
});
