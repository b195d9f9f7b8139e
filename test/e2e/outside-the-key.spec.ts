import type { CanActivate, ExecutionContext, PipeTransform, Type } from '@nestjs/common';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Param,
  Req,
  Scope,
  UseGuards,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { APP_PIPE, REQUEST } from '@nestjs/core';
import { IsOptional } from 'class-validator';
import { Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { problemsOf } from '../support/start-up-problems.js';

interface AppRequest {
  readonly headers: Record<string, string | undefined>;
  account?: { readonly id: number };
  user?: { readonly id: number };
}

let runs = 0;

/** Adds to a value whose request this is. */
@Injectable({ scope: Scope.REQUEST })
class OwnerPipe implements PipeTransform {
  constructor(@Inject(REQUEST) private readonly request: AppRequest) {}

  transform(value: string | object): unknown {
    const owner = this.request.headers['x-user'];
    return typeof value === 'object' ? { ...value, owner } : `${value} of ${owner}`;
  }
}

class Page {
  @IsOptional()
  page?: string;
}

class SignIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AppRequest>();
    const id = request.headers['x-user'];
    if (id !== undefined) request.account = { id: Number(id) };
    return true;
  }
}

@Injectable({ scope: Scope.REQUEST })
class Visitor {
  constructor(@Inject(REQUEST) private readonly request: AppRequest) {}

  get name(): string | undefined {
    return this.request.headers['x-user'];
  }
}

class Greetings {
  constructor(private readonly visitor: Visitor) {}

  @Cacheable('public:greeting')
  async greet(): Promise<string> {
    return `Hello ${this.visitor.name}`;
  }
}

@Controller()
class GreetingController {
  constructor(@Inject('GREETINGS') private readonly greetings: Greetings) {}

  @Get('greeting')
  greet(): Promise<string> {
    return this.greetings.greet();
  }
}

class Rows {
  constructor(private readonly table: string) {}

  @Cacheable('public:rows:<<id>>')
  async find(id: number): Promise<string> {
    return `${id} of ${this.table}`;
  }
}

@Controller()
class DrawnController {
  @Get('drawn')
  @UseGuards(SignIn)
  @Cacheable('public:drawn', { ignore: ['request'] })
  drawn(@Req() request: AppRequest): unknown {
    return { toJSON: () => ({ name: request.headers['x-user'] }) };
  }
}

@Controller()
class PipedController {
  @Get('posts/:id')
  @Cacheable('public:posts:<<@params.id>>')
  post(@Param('id', OwnerPipe) post: string): unknown {
    return { post };
  }
}

@Controller()
class UnpipedController {
  @Get('posts/:id')
  @Cacheable('public:posts:<<@params.id>>')
  post(@Param('id') post: string): unknown {
    return { post };
  }
}

const listController = (...pipes: Type<PipeTransform>[]): Type => {
  @Controller()
  class ListController {
    @Get('list/:page')
    @UsePipes(new ValidationPipe({ whitelist: true }))
    @Cacheable('public:list:<<params.page>>')
    list(@Param(...pipes) params: Page): unknown {
      return params;
    }
  }
  return ListController;
};

@Controller()
class AccountController {
  @Get('account')
  @UseGuards(SignIn)
  @Cacheable('public:account', { ignore: ['request'] })
  account(@Req() request: AppRequest): unknown {
    return { run: ++runs, account: request.account };
  }

  @Get('plain')
  @Cacheable('plain')
  async plain(): Promise<unknown> {
    return { run: ++runs };
  }

  @Get('calling')
  @Cacheable('public:calling')
  async calling(): Promise<unknown> {
    return { run: ++runs, plain: await this.plain() };
  }
}

@Injectable()
class ReportService {
  @Cacheable()
  async of(request: { readonly tenant: string }, user: { readonly id: number }): Promise<unknown> {
    return { run: ++runs, ...request, ...user };
  }
}

describe.each(PLATFORMS)('an answer on %s', (platform) => {
  let app: TestApplication | undefined;
  afterEach(async () => {
    await app?.stop();
    app = undefined;
  });

  it('does not depend on a pipe that knows the request, where the key has the value before it', async () => {
    expect(await problemsOf({ platform, controllers: [PipedController] })).toEqual([
      expect.stringContaining("leaves out @Param('id') post"),
    ]);
  });

  it('does not depend on such a pipe of the whole application either', async () => {
    const parts = { platform, controllers: [UnpipedController] };
    expect(await problemsOf(parts)).toEqual([]);
    const providers = [{ provide: APP_PIPE, useClass: OwnerPipe }];
    expect(await problemsOf({ ...parts, providers })).toEqual([
      expect.stringContaining("leaves out @Param('id') post"),
    ]);
  });

  it('does not depend on what a pipe behind the whitelist adds', async () => {
    expect(await problemsOf({ platform, controllers: [listController()] })).toEqual([]);
    expect(await problemsOf({ platform, controllers: [listController(OwnerPipe)] })).toEqual([
      expect.stringContaining('@Param() params (all but "page")'),
    ]);
  });

  it('does not depend on the user under a name that only the option "user" knows', async () => {
    const cache = { user: ({ account }: AppRequest) => account };
    app = await TestApplication.start({ platform, controllers: [AccountController], cache });
    const [one, two] = [{ headers: { 'x-user': '1' } }, { headers: { 'x-user': '2' } }];
    expect((await app.fetch('/account', one)).body).toContain('"id":1');
    expect((await app.fetch('/account', two)).body).toContain('"id":2');
  });

  it('is kept where only the cache asked who is signed in', async () => {
    app = await TestApplication.start({ platform, controllers: [AccountController] });
    const watched = { headers: { 'x-user': '1' } };
    expect([(await app.fetch('/calling', watched)).cache, (await app.fetch('/calling', watched)).cache]).toEqual([
      'MISS',
      'HIT',
    ]);
  });

  it('does not depend on what the `toJSON` of a result reads of the request', async () => {
    const app = await TestApplication.start({ platform, controllers: [DrawnController] });
    const drawnFor = async (user: string) => (await app.fetch('/drawn', { headers: { 'x-user': user } })).body;
    expect([await drawnFor('1'), await drawnFor('2')]).toEqual(['{"name":"1"}', '{"name":"2"}']);
    await app.stop();
  });

  it('does not depend on an object that a factory makes for each request', async () => {
    const made = { provide: 'GREETINGS', useFactory: (visitor: Visitor) => new Greetings(visitor), inject: [Visitor] };
    const app = await TestApplication.start({
      platform,
      controllers: [GreetingController],
      providers: [Visitor, made],
    });
    const { status } = await app.fetch('/greeting', { headers: { 'x-user': '1' } });
    expect(status).toBe(500);
    await app.stop();
  });

  it('does not depend on an argument that has the name of what the application leaves out', async () => {
    const cache = { ignore: ['request', 'user'] };
    app = await TestApplication.start({ platform, providers: [ReportService], cache });
    const service = app.get(ReportService);
    expect(await service.of({ tenant: 'a' }, { id: 1 })).toMatchObject({ tenant: 'a', id: 1 });
    expect(await service.of({ tenant: 'b' }, { id: 1 })).toMatchObject({ tenant: 'b', id: 1 });
    expect(await service.of({ tenant: 'b' }, { id: 2 })).toMatchObject({ tenant: 'b', id: 2 });
  });
});

describe('objects of one class that are made in different ways', () => {
  const rows = (provide: string, table: string) => ({ provide, useFactory: () => new Rows(table) });

  it('do not share a key', async () => {
    const [problem] = await problemsOf({ providers: [rows('A', 'a'), rows('B', 'b')] });
    expect(problem).toContain('of which there are several objects');
  });

  it('are refused no more where there is one, or where they are alike', async () => {
    expect(await problemsOf({ providers: [rows('A', 'a'), { provide: 'B', useExisting: 'A' }] })).toEqual([]);
  });
});
