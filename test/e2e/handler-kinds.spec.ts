import type { INestApplication } from '@nestjs/common';
import { Controller } from '@nestjs/common';
import { Args, Context, Int, Mutation, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { EventPattern, Payload } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Ack, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CachePut, Cacheable } from '../../lib/index.js';
import { problemsOf } from '../support/start-up-problems.js';

@Resolver()
class Writes {
  @Mutation(() => Int)
  @Cacheable('public:count')
  async count(): Promise<number> {
    return 1;
  }

  @Mutation(() => Int)
  @CachePut('public:title:<<id>>')
  async rename(@Args('id', { type: () => Int }) id: number): Promise<number> {
    return id;
  }
}

@Resolver()
class Live {
  @Subscription(() => Int)
  @Cacheable('public:published')
  async published(): Promise<AsyncIterator<number>> {
    return (async function* () {
      yield await Promise.resolve(1);
    })();
  }
}

@Controller()
class Events {
  @EventPattern('published')
  @Cacheable('public:event:<<id>>')
  async published(@Payload('id') id: number): Promise<number> {
    return id;
  }
}

@WebSocketGateway()
class Acknowledging {
  @SubscribeMessage('count')
  @Cacheable('public:acknowledged')
  count(@Ack() acknowledge: (count: number) => void): void {
    acknowledge(1);
  }
}

@Resolver('Post')
class Fields {
  @ResolveField('author')
  @Cacheable('public:author')
  async author(@Parent() post: object): Promise<number> {
    return Object.keys(post).length;
  }

  @ResolveField('related')
  @Cacheable('public:related:<<post.slug>>')
  async related(@Parent() post: object, @Context() context: object): Promise<number> {
    return Object.keys(post).length + Object.keys(context).length;
  }
}

describe('the report on field resolvers', () => {
  it('advises to name what identifies the parent, and to leave out the rest of it', async () => {
    const [author, related] = await problemsOf({ providers: [Fields] });
    expect(author).toContain("Write 'public:author:<<post.id>>' with ignore: ['post']");
    expect(related).toContain("ignore: ['post', 'context']");
    expect(related).not.toContain('<<post>>');
  });
});

describe('an application does not start with @Cacheable', () => {
  it('on a mutation; @CachePut may stand there', async () => {
    expect(await problemsOf({ providers: [Writes] })).toEqual([
      'Writes.count cannot be cached: it is a GraphQL mutation, which has to run each time. Make it a @Query(), or use @CachePut.',
    ]);
  });

  it('on a subscription', async () => {
    expect(await problemsOf({ providers: [Live] })).toEqual([
      'Live.published cannot be cached: it is a GraphQL subscription, which answers with a stream. Decorate what the events come from.',
    ]);
  });

  it('on a handler of events', async () => {
    expect(await problemsOf({ controllers: [Events] })).toEqual([
      'Events.published cannot be cached: it handles events, which nobody waits for the result of. Make it a @MessagePattern(), or use @CachePut.',
    ]);
  });

  it('on a WebSocket handler that acknowledges by itself', async () => {
    const configure = (app: INestApplication): unknown => app.useWebSocketAdapter(new WsAdapter(app));
    expect(await problemsOf({ providers: [Acknowledging], configure })).toEqual([
      'Acknowledging.count cannot be cached: with @Ack() it answers by itself. Return the value, and remove @Ack().',
    ]);
  });
});
