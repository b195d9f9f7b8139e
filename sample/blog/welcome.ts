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
    `Users: ${DEMO_USERS.map(({ email, role }) => `${email} (${role})`).join(', ')}; password: ${DEMO_PASSWORD}`,
  ].join('\n\n');
}

function storyOf(api: string): Step[] {
  const show = `curl -iw '\\n'`;
  const showHeaders = 'curl -sD- -o /dev/null';
  const showTime = `curl -so /dev/null -w '%{time_total} s\\n'`;
  const json = `-H 'content-type: application/json'`;
  const token = `-H "authorization: Bearer $TOKEN"`;
  const credentials = JSON.stringify({ email: DEMO_USERS[0]!.email, password: DEMO_PASSWORD });
  const post = { slug: 'hello', title: 'Hello', summary: 'A first post.', body: 'It is short.', category: 'css' };
  return [
    {
      what: 'Read a post twice: X-Cache is MISS, then HIT.',
      commands: [`${show} '${api}/posts/grid'`, `${show} '${api}/posts/grid'`, `${showHeaders} '${api}/posts/subgrid'`],
    },
    {
      what: 'Read lists, by category, tag, author, text and language. The same list, asked for in other words, is a HIT.',
      commands: [
        `${show} '${api}/posts?tag=grid&category=css'`,
        `${showHeaders} '${api}/posts?unknown=1&category=css&tag=grid&page=1&search='`,
        `${show} '${api}/posts?author=css-working-group&page=2&perPage=2'`,
        `${show} '${api}/posts?search=grid%20layout&lang=de&perPage=2'`,
      ],
    },
    {
      what: 'Posts that are related to a post: here a service is cached, and the second time is the shorter one.',
      commands: [
        `${show} '${api}/posts/grid/related?lang=fr'`,
        `${showTime} '${api}/posts/grid/related'`,
        `${showTime} '${api}/posts/grid/related'`,
      ],
    },
    {
      what: 'Sign in.',
      commands: [
        `TOKEN=$(curl -s '${api}/auth/login' ${json} -d '${credentials}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
      ],
    },
    {
      what: 'Edit the post and read again: the post and the list are a MISS with the new text, the other post is a HIT.',
      commands: [
        `${show} -X PATCH '${api}/admin/posts/grid' ${token} ${json} -d '{"title":"Grid, edited"}'`,
        `${show} '${api}/posts/grid'`,
        `${show} '${api}/posts?tag=grid&category=css'`,
        `${showHeaders} '${api}/posts/subgrid'`,
      ],
    },
    {
      what: 'Unpublish it, and it is gone; publish it, and it is back.',
      commands: [
        `${show} -X POST '${api}/admin/posts/grid/unpublish' ${token}`,
        `${show} '${api}/posts/grid'`,
        `${show} -X POST '${api}/admin/posts/grid/publish' ${token}`,
        `${show} '${api}/posts/grid'`,
      ],
    },
    {
      what: 'Write a post of your own, find it among the drafts, and delete it. These lists are cached for each user.',
      commands: [
        `${show} '${api}/admin/posts' ${token} ${json} -d '${JSON.stringify(post)}'`,
        `${show} '${api}/admin/posts?state=draft&author=ada' ${token}`,
        `${show} '${api}/admin/posts?state=draft&author=ada' ${token}`,
        `${show} -X DELETE '${api}/admin/posts/hello' ${token}`,
      ],
    },
    { what: 'Sign out.', commands: [`${show} -X POST '${api}/auth/logout' ${token}`] },
  ];
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
