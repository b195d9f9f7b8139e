import { cacheKeys } from 'nestash';

/** What users see of themselves, and nobody else: every key names the user. */
export const personalBlog = cacheKeys('personal:blog', {
  profile: { key: 'profile:<<user_id>>', ttl: '5m' },
  activity: { key: 'activity:<<user_id>>:<<lang>>', ttl: '60s' },
});

/**
 * For writers: what belongs to the user who writes. Without `with`, a writer that names a personal key means everybody's,
 * because who reads and who writes are two different users most of the time.
 */
export const own = {
  profile: personalBlog.profile.with({ user_id: '<<user_id>>' }),
  activity: personalBlog.activity.with({ user_id: '<<user_id>>' }),
};
