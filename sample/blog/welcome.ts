import { JSON_BODY, curlLine } from './curl.js';
import { DEMO_PASSWORD, DEMO_USERS } from './database/seed.js';
import { routeLines } from './route-lines.js';
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
    'Every other route. The lines work one after the other, with the TOKEN of step 3.',
    ...routeLines(`${url}/api`),
    'What each route caches or refreshes: sample/README.md. See it happen in ten seconds: npm run tour',
    `Users: ${DEMO_USERS.map(({ email, role }) => `${email} (${role})`).join(', ')}; password: ${DEMO_PASSWORD}`,
  ].join('\n\n');
}

function storyOf(api: string): Step[] {
  const read = (path: string) => curlLine(api + path);
  const credentials = JSON.stringify({ email: DEMO_USERS[0]!.email, password: DEMO_PASSWORD });
  return [
    {
      what: 'Read a post twice: X-Cache is MISS, then HIT. In another language it is another entry.',
      commands: [read('/posts/grid'), read('/posts/grid'), read('/posts/grid?lang=de')],
    },
    {
      what: 'Read a list: by category, tag, author, text.',
      commands: [read('/posts?tag=grid')],
    },
    {
      what: 'Sign in and edit the post.',
      commands: [
        `TOKEN=$(curl -s '${api}/auth/login' ${JSON_BODY} -d '${credentials}' | sed 's/.*"token":"\\([^"]*\\).*/\\1/')`,
        curlLine(`${api}/admin/posts/grid`, { method: 'PATCH', body: { title: 'Grid, edited' }, signedIn: true }),
      ],
    },
    {
      what: 'Read again: post and list are a MISS with the new title. What did not change is a HIT.',
      commands: [read('/posts/grid'), read('/posts?tag=grid'), read('/posts/grid?lang=de')],
    },
  ];
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
