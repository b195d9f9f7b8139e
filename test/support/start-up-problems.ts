import { CacheError } from '../../lib/index.js';
import { TestApplication } from './application.js';

/** What an application is refused for when it starts; nothing where it starts. */
export async function problemsOf(parts: Parameters<typeof TestApplication.start>[0]): Promise<readonly string[]> {
  try {
    await (await TestApplication.start(parts)).stop();
  } catch (error) {
    if (CacheError.is(error, 'START_UP_REFUSED')) return error.details.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}
