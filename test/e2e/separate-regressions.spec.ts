import { Controller, Get, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CachePut, Cacheable, InvalidateCache, cacheKeys } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Arrivals, Gate } from '../support/gate.js';
import { Person } from '../support/person.js';
import { RecordedLog } from '../support/recorded-log.js';
import { by, SignIn } from '../support/signed-in.js';

const never = (): boolean => false;
const userFeed = cacheKeys('user', { feed: 'feed:<<user_id>>' });

let gate = new Gate();
let arrivals = new Arrivals(0);

const countArrivals = {
  canActivate(): boolean {
    arrivals.arrive();
    return true;
  },
};

@Injectable()
class Pages {
  constructor(@Inject(Person) private readonly person: Person) {}

  @Cacheable('mine:<<user_id>>')
  async mine(): Promise<string> {
    return `data of ${this.person.id}`;
  }

  @Cacheable('public:failing')
  async failing(): Promise<never> {
    const data = await this.mine();
    await gate.pass();
    throw new NotFoundException(`nothing for the ${data}`);
  }

  @Cacheable('tagged', { tags: ['user:<<user_id>>'] })
  async tagged(): Promise<string> {
    return `tagged ${this.person.id}`;
  }

  @Cacheable('public:outer:tagged')
  async aroundTagged(): Promise<string> {
    return `page with ${await this.tagged()}`;
  }

  @Cacheable('unwanted:<<user_id>>', { when: never })
  async unwanted(): Promise<string> {
    return `unwanted ${this.person.id}`;
  }

  @Cacheable('public:outer:unwanted')
  async aroundUnwanted(): Promise<string> {
    return `page with ${await this.unwanted()}`;
  }

  @InvalidateCache(['written:<<user_id>>'])
  async write(): Promise<string> {
    return `written by ${this.person.id}`;
  }

  @Cacheable('public:outer:write')
  async aroundWrite(): Promise<string> {
    return `page with ${await this.write()}`;
  }

  @CachePut('put:<<user_id>>', { when: never })
  async put(): Promise<string> {
    return `put by ${this.person.id}`;
  }

  @Cacheable('public:outer:put')
  async aroundPut(): Promise<string> {
    return `page with ${await this.put()}`;
  }
}

@Controller()
class PagesController {
  constructor(
    @Inject(Pages) private readonly pages: Pages,
    @Inject(Person) private readonly person: Person,
  ) {}

  @Get('failing')
  async failing(): Promise<string> {
    return this.pages.failing();
  }

  @Get('tagged')
  async tagged(): Promise<string> {
    return this.pages.aroundTagged();
  }

  @Get('unwanted')
  async unwanted(): Promise<string> {
    return this.pages.aroundUnwanted();
  }

  @Get('write')
  async write(): Promise<string> {
    return this.pages.aroundWrite();
  }

  @Get('put')
  async put(): Promise<string> {
    return this.pages.aroundPut();
  }

  @Get('dashboard')
  @Cacheable('dashboard')
  async dashboard(): Promise<string> {
    return `dashboard of ${this.person.id}`;
  }

  @Get('home')
  @Cacheable('public:home')
  async home(): Promise<string> {
    return `home with ${await this.dashboard()}`;
  }

  @Get('everybody')
  @Cacheable(userFeed.feed.with({ user_id: 'all' }))
  async everybody(): Promise<string> {
    return `feed of ${this.person.id}`;
  }
}

describe.each(PLATFORMS)('the data of one person on %s', (platform) => {
  let app: TestApplication;
  const log = new RecordedLog();

  beforeEach(async () => {
    log.lines.length = 0;
    gate = new Gate();
    app = await TestApplication.start({
      platform,
      logger: log,
      controllers: [PagesController],
      providers: [
        Pages,
        Person,
        { provide: APP_GUARD, useClass: SignIn },
        { provide: APP_GUARD, useValue: countArrivals },
      ],
    });
  });
  afterEach(() => app.stop());

  it('is not shared within an error', async () => {
    arrivals = new Arrivals(2);
    const answers = ['alice', 'bob'].map((id) => app.fetch('/failing', by({ id })));
    await arrivals.complete;
    gate.open();
    const [alice, bob] = await Promise.all(answers);
    expect([alice!.status, bob!.status]).toEqual([404, 404]);
    expect(alice!.body).toContain('nothing for the data of alice');
    expect(bob!.body).toContain('nothing for the data of bob');
  });

  it.each([
    ['tags', '/tagged'],
    ['an inner method that is not cached just now', '/unwanted'],
    ['an inner invalidation', '/write'],
    ['an inner put', '/put'],
    ['an inner handler that is not cached for signed-in users', '/home'],
  ])('stays out of an outer entry that knows it through %s', async (_through, path) => {
    for (const id of ['alice', 'bob', 'alice']) {
      const { body } = await app.fetch(path, by({ id }));
      expect(body).toMatch(new RegExp(`with .* ${id}$`));
    }
    expect(log.about('is neither stored nor shared')).not.toEqual([]);
  });

  it('is not looked up under a key that with() has made the same for everybody', async () => {
    const [alice, bob] = [
      await app.fetch('/everybody', by({ id: 'alice' })),
      await app.fetch('/everybody', by({ id: 'bob' })),
    ];
    expect([alice.cache, bob.cache]).toEqual(['BYPASS', 'BYPASS']);
    expect([alice.body, bob.body]).toEqual(['feed of alice', 'feed of bob']);
  });
});
