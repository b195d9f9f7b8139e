import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheService, Cacheable, InjectCache, InvalidateCache } from '../../lib/index.js';
import { CacheTestingModule } from '../../lib/testing.js';

class Entity {
  self = this;
}

@Injectable()
class PostsService {
  runs = 0;

  constructor(
    @Inject(CacheService) readonly cache: CacheService,
    @InjectCache('static') readonly named: CacheService,
  ) {}

  @Cacheable('public:post:<<id>>')
  async find(id: number): Promise<Entity> {
    this.runs += id;
    return new Entity();
  }

  @InvalidateCache(['public:post'])
  async update(): Promise<string> {
    return 'updated';
  }
}

describe('CacheTestingModule', () => {
  it('lets decorated methods run as if they had no decorator', async () => {
    const module = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot()],
      providers: [PostsService],
    }).compile();
    const posts = module.get(PostsService);
    expect(await posts.find(1)).toBeInstanceOf(Entity);
    expect(await posts.find(1)).toBeInstanceOf(Entity);
    expect(posts.runs).toBe(2);
    expect(await posts.update()).toBe('updated');
    await module.close();
  });

  it('gives a service, also under a name, which has nothing and loads everything', async () => {
    const module = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot()],
      providers: [PostsService],
    }).compile();
    const { cache, named } = module.get(PostsService);
    const entity = new Entity();
    for (const service of [cache, named]) {
      await service.set('a:b', entity);
      expect([await service.get('a:b'), await service.has('a:b'), await service.ttl('a:b')]).toEqual([
        undefined,
        false,
        null,
      ]);
      expect((await service.getMany(['a:b'])).size).toBe(0);
      expect(await service.getOrSet('a:b', () => entity)).toBe(entity);
      expect(await service.lock('x', () => entity)).toBe(entity);
    }
    await module.close();
  });

  it('is needed: without any module the message says which one is missing', async () => {
    const building = Test.createTestingModule({ providers: [PostsService] }).compile();
    await expect(building).rejects.toThrow(/CacheModule\.forRoot\(\)|nestash:cache/);
  });
});
