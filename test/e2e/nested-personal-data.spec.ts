import { Controller, Get, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CachePut, CacheService, Cacheable, InvalidateCache, cacheKeys } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Arrivals, Gate, countingGuard } from '../support/gate.js';
import { Person } from '../support/person.js';
import { RecordedLog } from '../support/recorded-log.js';
import { by, SignIn } from '../support/signed-in.js';

let runs = 0;
const never = (): boolean => false;
const userFeed = cacheKeys('user', { feed: 'feed:<<user_id>>' });

let gate = new Gate();
let arrivals = new Arrivals(0);

@Injectable()
class Pages {
  constructor(@Inject(Person) private readonly person: Person) {}

  @Cacheable('mine:<<user_id>>')
  async mine(): Promise<string> {
    return `data of ${this.person.id}`;
  }

  @Cacheable('feed:<<user_id>>')
  async feed(): Promise<string> {
    return `feed ${++runs}`;
  }

  @Cacheable('by-lang:<<lang|en>>')
  async byLanguage(): Promise<string> {
    return `lang ${++runs}`;
  }

  @Cacheable('public:outer')
  async outer(): Promise<string> {
    return `outer of ${await this.feed()}`;
  }

  @Cacheable('outermost:<<user_id>>')
  async outermost(): Promise<string> {
    return `outermost of ${await this.feed()}`;
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

  @Cacheable('tagged-late', { tags: ['by:<<result.author>>:<<user_id>>'] })
  async taggedLate(): Promise<{ author: string }> {
    return { author: this.person.id };
  }

  @Cacheable('public:outer:tagged-late')
  async aroundTaggedLate(): Promise<string> {
    return `page with ${(await this.taggedLate()).author}`;
  }

  @Cacheable('tagged-alike', { tags: ['by:<<result.author>>:<<user_id>>'] })
  async taggedAlike(): Promise<{ author: string }> {
    return { author: 'anybody' };
  }

  @Cacheable('public:outer:tagged-alike')
  async aroundTaggedAlike(): Promise<string> {
    return `page with ${(await this.taggedAlike()).author}`;
  }

  @Cacheable('public:tagged-around', { tags: ['user:<<user_id>>'] })
  async taggedAround(): Promise<string> {
    return `page with ${await this.mine()}`;
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

  @Get('feed')
  async feed(): Promise<string> {
    return this.pages.feed();
  }

  @Get('front')
  @Cacheable('public:front')
  async front(): Promise<string> {
    return `front with ${await this.pages.feed()}`;
  }

  @Get('outer')
  async outer(): Promise<string> {
    return this.pages.outer();
  }

  @Get('outermost')
  async outermost(): Promise<string> {
    return this.pages.outermost();
  }

  @Get('language')
  @Cacheable('public:language')
  async language(): Promise<string> {
    return `page in ${await this.pages.byLanguage()}`;
  }

  @Get('failing')
  async failing(): Promise<string> {
    return this.pages.failing();
  }

  @Get('tagged')
  async tagged(): Promise<string> {
    return this.pages.aroundTagged();
  }

  @Get('tagged-late')
  async taggedLate(): Promise<string> {
    return this.pages.aroundTaggedLate();
  }

  @Get('tagged-alike')
  async taggedAlike(): Promise<string> {
    return this.pages.aroundTaggedAlike();
  }

  @Get('tagged-around')
  async taggedAround(): Promise<string> {
    return this.pages.taggedAround();
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

describe.each(PLATFORMS)('the data of one person in nested calls on %s', (platform) => {
  let app: TestApplication;
  const log = new RecordedLog();
  const read = async (path: string, user?: unknown) => app.fetch(path, user === undefined ? {} : by(user));

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
        { provide: APP_GUARD, useValue: countingGuard(() => arrivals) },
      ],
      // Nested loads meet here that read more than their keys say, which start-up would refuse.
      cache: { keyCheck: 'off', placeholders: { lang: ({ headers }) => headers['x-lang'] } },
    });
  });
  afterEach(() => app.stop());

  it.each(['/front', '/outer'])('reaches nobody else through a nested call at %s', async (path) => {
    const [a, b] = [await read(path, 1), await read(path, 2)];
    expect(a.body).not.toBe(b.body);
    const [aAgain, nobody] = [await read(path, 1), await read(path)];
    expect([aAgain.body, nobody.body === a.body]).toEqual([a.body, false]);
    expect(log.about('neither stored nor shared')[0]).toMatch(/used <<@user\.id>>, which its own key does not name/);
  });

  it('marks the outer result also when the inner one is a hit', async () => {
    const inner = (await read('/feed', 1)).body;
    expect((await read('/front', 1)).body).toBe(`front with ${inner}`);
    expect((await read('/front', 2)).body).not.toBe(`front with ${inner}`);
  });

  it('marks the outer result also when the inner key took its default', async () => {
    expect(await app.lookups('/language', '/language')).toEqual(['MISS', 'MISS']);
    const german = await app.fetch('/language', { headers: { 'x-lang': 'de' } });
    expect([german.cache, german.body === (await app.fetch('/language')).body]).toEqual(['MISS', false]);
  });

  it('may be nested where the outer key names it too', async () => {
    const first = (await read('/outermost', 1)).body;
    expect((await read('/outermost', 1)).body).toBe(first);
    expect(await app.get(CacheService).get('outermost:1')).toBe(first);
  });

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
    ['an inner method, although its own tags name the user', '/tagged-around'],
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

  it('stays out of an outer entry that knows it through tags of a result', async () => {
    expect((await read('/tagged-late', { id: 'alice' })).body).toBe('page with alice');
    expect(log.about('is neither stored nor shared')).not.toEqual([]);
  });

  it('stays out of an outer entry that knows it through nothing but tags of a result', async () => {
    expect((await read('/tagged-alike', { id: 'alice' })).body).toBe('page with anybody');
    expect(log.about('is neither stored nor shared')).toContainEqual(
      expect.stringMatching(/Pages\.aroundTaggedAlike .* used <<@user\.id>>/),
    );
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
