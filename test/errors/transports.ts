import { Controller } from '@nestjs/common';
import { Mutation, Resolver, Subscription } from '@nestjs/graphql';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { Cacheable } from 'nestash';
import type { Observable } from 'rxjs';
import { of } from 'rxjs';
import { MessageApplication } from '../support/message-application.js';
import { RecordedLog } from '../support/recorded-log.js';
import type { LoggedMisuse, Misuse } from './misuse.js';
import { usingController, usingService } from './misuse.js';

@Controller()
class PostMessages {
  @MessagePattern('posts')
  @Cacheable('public:posts')
  all(): Observable<string> {
    return of('the first', 'the second');
  }

  @MessagePattern('drafts')
  @Cacheable('drafts')
  async drafts() {
    return ['a draft'];
  }
}

/** Decorators on what GraphQL, messages and gateways call. */
export const transportMisuses: readonly Misuse[] = [
  {
    wrote: `@Mutation() and @Cacheable('public:posts') on PostsResolver.publish`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsResolver.publish', 'mutation', '@Query()'],
    async make() {
      @Resolver()
      class PostsResolver {
        @Mutation()
        @Cacheable('public:posts')
        async publish() {}
      }
      await usingService(PostsResolver);
    },
  },
  {
    wrote: `@Subscription() and @Cacheable('public:posts') on PostsResolver.published`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsResolver.published', 'subscription'],
    async make() {
      @Resolver()
      class PostsResolver {
        @Subscription()
        @Cacheable('public:posts')
        async published() {}
      }
      await usingService(PostsResolver);
    },
  },
  {
    wrote: `@EventPattern('published') and @Cacheable('public:posts:<<id>>') on PostEvents.published`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostEvents.published', 'events', '@MessagePattern()'],
    async make() {
      @Controller()
      class PostEvents {
        @EventPattern('published')
        @Cacheable('public:posts:<<id>>')
        async published(@Payload('id') id: number) {
          return id;
        }
      }
      await usingController(PostEvents);
    },
  },
  {
    wrote: `@Cacheable('public:posts') on PostMessages.all, which returns of('the first', 'the second')`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostMessages.all', 'more than one value', 'one value'],
    async make() {
      throw await refusedBy('posts');
    },
  },
];

/** What the log says of handlers that no request reaches. */
export const loggedTransportMisuses: readonly LoggedMisuse[] = [
  {
    wrote: `@Cacheable('drafts') on PostMessages.drafts, in a hybrid application without inheritAppConfig`,
    shows: ['PostMessages.drafts', 'where no request says who is signed in', '<<user_id>>'],
    async make() {
      const logger = new RecordedLog();
      const messages = await MessageApplication.start({ controllers: [PostMessages], isHybrid: true, logger });
      await messages.send('drafts');
      await messages.stop();
      return logger.about('PostMessages.drafts');
    },
  },
];

/** The error that Nest logs, while it tells the client nothing. */
async function refusedBy(pattern: string): Promise<unknown> {
  const errors: unknown[] = [];
  const logger = { log() {}, warn() {}, error: (error: unknown) => errors.push(error) };
  const messages = await MessageApplication.start({ controllers: [PostMessages], logger });
  await messages.send(pattern).catch(() => undefined);
  await messages.stop();
  return errors[0];
}
