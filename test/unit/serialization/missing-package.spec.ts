import { jest } from '@jest/globals';

jest.unstable_mockModule('class-transformer', () => {
  throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
});

const { Serializer } = await import('../../../lib/serialization/codec.js');
const { loadClassTransformer, prepareClassTransformer } = await import('../../../lib/serialization/dto.js');

describe('without class-transformer', () => {
  const serializer = new Serializer();
  class Post {
    title = 'a';
  }

  it('prepares quietly and sends instances, for none can be decorated', async () => {
    await prepareClassTransformer();
    expect(serializer.encode([new Post()], { form: 'wire' }).payload).toBe('[{"title":"a"}]');
  });

  it('names the package where it is needed', async () => {
    await expect(loadClassTransformer('Posts.find')).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      message:
        'Posts.find needs the package "class-transformer", which is not installed. Run: npm install class-transformer',
    });
    expect(() => serializer.encode(new Post(), { type: Post, where: 'Posts.find' })).toThrow(
      expect.objectContaining({ code: 'PACKAGE_MISSING' }),
    );
  });
});
