import { Query, Resolver, Subscription } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { WebSocket } from 'ws';
import { Calls } from '../support/calls.js';
import { GraphqlApplication } from '../support/graphql-application.js';
import { describeResolvers } from '../support/graphql-behaviour.js';
import { Post, Posts, Reactions } from '../support/graphql-blog.js';

const MERCURIUS = { name: 'Mercurius', platform: 'fastify', driver: MercuriusDriver } as const;

describeResolvers(MERCURIUS);

@Resolver(() => Post)
class Publications {
  @Query(() => String)
  published(): string {
    return 'yes';
  }

  @Subscription(() => Post)
  async *publications(): AsyncGenerator<{ publications: Post }> {
    yield await Promise.resolve({ publications: { id: 1, title: 'new', writtenAt: new Date(0) } });
  }
}

describe('a field of what a subscription sends', () => {
  let graphql: GraphqlApplication;

  beforeEach(async () => {
    const server = { ...MERCURIUS, options: { subscription: true } };
    graphql = await GraphqlApplication.start(server, { providers: [Calls, Posts, Reactions, Publications] });
  });

  afterEach(async () => {
    await graphql.stop();
  });

  it('is cached as in any other operation', async () => {
    for (const _ of [1, 2]) {
      expect(await firstOf('subscription { publications { author } }')).toEqual({
        data: { publications: { author: 'author of 1 #1' } },
      });
    }
  });

  it.each(['draft', 'mark', 'reaction'])(
    'is an error where it names the user, whom no request tells: %s',
    async (field) => {
      const { errors } = (await firstOf(`subscription { publications { ${field} } }`)) as {
        errors: { message: string }[];
      };
      expect(errors[0]?.message).toContain('<<@user.id>> can only be read while a request is being handled');
    },
  );

  /** The first answer to a subscription, by the protocol graphql-transport-ws. */
  async function firstOf(query: string): Promise<unknown> {
    const address = `${graphql.application.url.replace('http:', 'ws:')}/graphql`;
    const socket = new WebSocket(address, 'graphql-transport-ws');
    const say = (message: object): void => socket.send(JSON.stringify(message));
    socket.on('open', () => say({ type: 'connection_init', payload: {} }));
    try {
      return await new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('message', (data: Buffer) => {
          const { type, payload } = JSON.parse(data.toString()) as { type: string; payload: unknown };
          if (type === 'connection_ack') say({ id: '1', type: 'subscribe', payload: { query } });
          if (type === 'next') resolve(payload);
          if (type === 'error') reject(new Error(JSON.stringify(payload)));
        });
      });
    } finally {
      socket.terminate();
    }
  }
});
