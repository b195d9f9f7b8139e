import { jest } from '@jest/globals';

// As in a bundle that holds another copy of the package than the one whose storage can be read.
jest.unstable_mockModule('class-transformer', () => ({ Expose: () => () => undefined, instanceToPlain: String }));

const { Serializer } = await import('../../../lib/serialization/codec.js');
const { prepareClassTransformer } = await import('../../../lib/serialization/dto.js');

describe('a class-transformer whose storage cannot be read', () => {
  it('makes every class count as decorated, so that nothing leaks', async () => {
    const serializer = new Serializer();
    await prepareClassTransformer();
    class Post {
      title = 'a';
    }
    expect(() => serializer.encode([new Post()], { form: 'wire' })).toThrow('which class-transformer decorates');
    expect(serializer.encode([{ title: 'a' }], { form: 'wire' }).payload).toBe('[{"title":"a"}]');
  });
});
