import type { CanActivate, ExecutionContext } from '@nestjs/common';
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  HttpCode,
  Injectable,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { EMPTY, of } from 'rxjs';
import { Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

const guarded: unknown[] = [];
const runs: string[] = [];

@Injectable()
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    guarded.push(Reflect.getMetadata('role', context.getHandler()));
    return context.switchToHttp().getRequest<{ url: string }>().url !== '/order/above/403';
  }
}

@Controller('order')
class OrderController {
  @Cacheable('public:above:<<id>>')
  @Get('above/:id')
  @UseGuards(Guard)
  @SetMetadata('role', 'reader')
  @Header('X-Kind', 'above')
  @HttpCode(200)
  above(@Param('id') id: string): unknown {
    runs.push(`above ${id}`);
    return { id };
  }

  @SetMetadata('role', 'reader')
  @HttpCode(200)
  @Header('X-Kind', 'below')
  @UseGuards(Guard)
  @Get('below/:id')
  @Cacheable('public:below:<<id>>')
  below(@Param('id') id: string): unknown {
    runs.push(`below ${id}`);
    return { id };
  }

  @Get('between/:id')
  @Cacheable('public:between:<<id>>', { ignore: ['_second'] })
  @UseGuards(Guard)
  @SetMetadata('role', 'reader')
  @Header('X-Kind', 'between')
  between(@Param('id') id: string, _second?: string): unknown {
    runs.push(`between ${id}`);
    return { id };
  }
}

@Controller('kinds')
class KindsController {
  @Get('number/:id')
  @Cacheable('public:number:<<id>>')
  number(@Param('id', ParseIntPipe) id: number): number {
    runs.push(`number ${id}`);
    return id;
  }

  @Get('last')
  @Cacheable('public:last')
  last(): unknown {
    runs.push('last');
    return of(1, 2, { value: 3 });
  }

  @Get('empty')
  @Cacheable('public:empty')
  empty(): unknown {
    return EMPTY;
  }

  @Get('plain-empty')
  plainEmpty(): unknown {
    return EMPTY;
  }

  @Get('missing')
  @Cacheable('public:missing')
  async missing(): Promise<never> {
    runs.push('missing');
    throw new NotFoundException({ reason: 'no such post' });
  }

  @Get('broken')
  @Cacheable('public:broken')
  broken(): never {
    runs.push('broken');
    throw new BadRequestException('no');
  }

  @Post('changed')
  @InvalidateCache(['public:last'])
  changed(): unknown {
    return of('one', 'two');
  }
}

describe.each(PLATFORMS)('decorated handlers on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      controllers: [OrderController, KindsController],
      providers: [Guard],
    });
  });
  beforeEach(() => {
    guarded.length = 0;
    runs.length = 0;
  });
  afterAll(() => app.stop());

  it.each(['above', 'below', 'between'])(
    'keep what other decorators say when @Cacheable stands %s them',
    async (name) => {
      const [first, second] = [await app.fetch(`/order/${name}/1`), await app.fetch(`/order/${name}/1`)];
      expect([first.cache, second.cache]).toEqual(['MISS', 'HIT']);
      for (const { status, headers, body } of [first, second]) {
        expect([status, headers.get('x-kind'), body]).toEqual([200, name, '{"id":"1"}']);
      }
      expect(guarded).toEqual(['reader', 'reader']);
      expect(runs).toEqual([`${name} 1`]);
    },
  );

  it('keep their name and length', () => {
    const { between, above } = OrderController.prototype;
    expect([between.name, between.length, above.name, above.length]).toEqual(['between', 2, 'above', 1]);
  });

  it('let guards refuse although there is an entry', async () => {
    const { status, cache } = await app.fetch('/order/above/403');
    expect([status, cache]).toEqual([403, null]);
    expect(runs).toEqual([]);
  });

  it('make keys behind pipes, so that spellings of one number are one entry', async () => {
    expect(await app.lookups('/kinds/number/42', '/kinds/number/042', '/kinds/number/0042')).toEqual([
      'MISS',
      'HIT',
      'HIT',
    ]);
    expect(runs).toEqual(['number 42']);
  });

  it('never ask the cache about bad input', async () => {
    const { status, cache } = await app.fetch('/kinds/number/many');
    expect([status, cache]).toEqual([400, null]);
  });

  it('may be synchronous', async () => {
    const [first, second] = [await app.fetch('/kinds/number/7'), await app.fetch('/kinds/number/7')];
    expect([first.body, second.body, second.cache]).toEqual(['7', '7', 'HIT']);
  });

  it('are cached by the last value of an Observable', async () => {
    const [first, second] = [await app.fetch('/kinds/last'), await app.fetch('/kinds/last')];
    expect([first.body, second.body, second.cache]).toEqual(['{"value":3}', '{"value":3}', 'HIT']);
    expect(runs).toEqual(['last']);
  });

  it('answer an empty Observable as they would without a cache', async () => {
    const [plain, cached] = [await app.fetch('/kinds/plain-empty'), await app.fetch('/kinds/empty')];
    expect([cached.status, cached.body]).toEqual([plain.status, plain.body]);
  });

  it('pass on their own errors, once, and keep none', async () => {
    for (const name of ['missing', 'broken']) {
      const [first, second] = [await app.fetch(`/kinds/${name}`), await app.fetch(`/kinds/${name}`)];
      expect(second.status).toBe(name === 'missing' ? 404 : 400);
      expect([second.body, second.cache, first.cache]).toEqual([first.body, null, null]);
    }
    expect(runs).toEqual(['missing', 'missing', 'broken', 'broken']);
    expect((await app.fetch('/kinds/missing')).json()).toEqual({ reason: 'no such post' });
  });

  it('write as Observables too', async () => {
    await app.fetch('/kinds/last');
    expect((await app.fetch('/kinds/changed', { method: 'POST' })).body).toBe('two');
    expect(await app.lookups('/kinds/last')).toEqual(['MISS']);
  });
});
