import { invalidationOf, isFlightHit } from '../../../lib/engine/invalidator.js';
import { bucketGroup, bucketOf, groupsOf, tagGroup } from '../../../lib/keys/groups.js';

const tag = tagGroup('author:7');

describe('what an invalidation deletes', () => {
  it('of a tag is its bucket and then its generation, for they may not go in one command', () => {
    const { groups, paths, globs } = invalidationOf({ patterns: [], tagGroups: [tag] });
    expect(groups).toEqual([bucketGroup(bucketOf(tag)), tag]);
    expect([paths, globs]).toEqual([[], []]);
  });

  it('of a path is its generation, and lease and entry of the very path', () => {
    expect(invalidationOf({ patterns: ['posts:1'], tagGroups: [] })).toEqual({
      groups: ['posts:1'],
      paths: ['posts:1'],
      globs: [],
    });
  });

  it('of everything is the root', () => {
    for (const pattern of ['', '*']) {
      expect(invalidationOf({ patterns: [pattern], tagGroups: [] })).toMatchObject({ groups: ['~root'], paths: [] });
    }
  });

  it('is each thing once', () => {
    const { groups, paths } = invalidationOf({ patterns: ['a', 'a'], tagGroups: [tag, tag] });
    expect([groups.length, paths.length]).toEqual([3, 1]);
  });
});

describe('a load under way', () => {
  const flight = { key: 'posts:1:de', groups: [...groupsOf('posts:1:de'), tag] };
  const hits = (patterns: string[], tagGroups: string[] = [], paths: string[] = []) => {
    const invalidation = invalidationOf({ patterns, tagGroups });
    return isFlightHit(flight, { ...invalidation, paths: [...invalidation.paths, ...paths] });
  };

  it.each(['posts:1:de', 'posts:1', 'posts', '', 'p*:1', 'posts:?:d*'])('is hit by the pattern "%s"', (pattern) => {
    expect(hits([pattern])).toBe(true);
  });

  it('is hit by its tag and by its very entry', () => {
    expect([hits([], [tag]), hits([], [], ['posts:1:de'])]).toEqual([true, true]);
  });

  it.each(['posts:1:de:x', 'posts:10', 'post', 'posts:1:en', 'p?:1', 'posts:?:e*'])(
    'is not hit by the pattern "%s"',
    (pattern) => {
      expect(hits([pattern])).toBe(false);
    },
  );

  it('is not hit by another tag, nor by the entry of a path above', () => {
    expect([hits([], [tagGroup('author:8')]), hits([], [], ['posts:1'])]).toEqual([false, false]);
  });
});
