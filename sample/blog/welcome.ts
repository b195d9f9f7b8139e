import { DEMO_PASSWORD, DEMO_USERS } from './database/seed.js';
import type { Settings } from './settings.js';

interface Step {
  readonly what: string;
  readonly commands: readonly string[];
}

/** What the person who started the blog can do with it, in an order that tells the story. */
export function welcome(url: string, { platform, redisUrl }: Settings, seconds: string): string {
  const store = redisUrl
    ? `Redis at ${withoutPassword(redisUrl)}, keys below dev:blog`
    : 'the memory of this process (REDIS_URL=redis://localhost:6379 npm start uses Redis)';
  const steps = storyOf(`${url}/api`).map(
    ({ what, commands }, index) => `${index + 1}. ${what}\n${commands.map((command) => `   ${command}`).join('\n')}`,
  );
  return [
    `The blog is at ${url}, on ${platform === 'fastify' ? 'Fastify' : 'Express'}, ready after ${seconds} s.`,
    `The cache is in ${store}.`,
    `Paste these lines into another terminal, one after the other. Ctrl-C ends the blog.`,
    ...steps,
    'Comments, likes, profiles, categories, bulk changes: sample/README.md. All of it in a minute: npm run tour',
    `Users: ${DEMO_USERS.map(({ email, role }) => `${email} (${role})`).join(', ')}; password: ${DEMO_PASSWORD}`,
  ].join('\n\n');
}

function storyOf(api: string): Step[] {
  const show = `curl -iw '\\n'`;
  const json = `-H 'content-type: application/json'`;
  const token = `-H "authorization: Bearer $TOKEN"`;
  const credentials = JSON.stringify({ email: DEMO_USERS[0]!.email, password: DEMO_PASSWORD });
  return [
    {
      what: 'Read a post twice: X-Cache is MISS, then HIT. In another language it is another entry.',
      commands: [`${show} '${api}/posts/grid'`, `${show} '${api}/posts/grid'`, `${show} '${api}/posts/grid?lang=de'`],
    },
    {
      what: 'Read a list: by category, tag, author, text.',
      commands: [`${show} '${api}/posts?tag=grid'`],
    },
    {
      what: 'Sign in and edit the post.',
      commands: [
        `TOKEN=$(curl -s '${api}/auth/login' ${json} -d '${credentials}' | sed 's/.*"token":"\\([^"]*\\).*/\\1/')`,
        `${show} -X PATCH '${api}/admin/posts/grid' ${token} ${json} -d '{"title":"Grid, edited"}'`,
      ],
    },
    {
      what: 'Read again: post and list are a MISS with the new title. What did not change is a HIT.',
      commands: [
        `${show} '${api}/posts/grid'`,
        `${show} '${api}/posts?tag=grid'`,
        `${show} '${api}/posts/grid?lang=de'`,
      ],
    },
  ];
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
