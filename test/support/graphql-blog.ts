import { Inject, Injectable, Scope } from '@nestjs/common';
import {
  Args,
  ArgsType,
  CONTEXT,
  Context,
  Field,
  Int,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  createUnionType,
} from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { Cacheable, InvalidateCache } from '../../lib/index.js';
import { Calls } from './calls.js';
import type { OperationContext } from './graphql-application.js';

@ObjectType()
export class Post {
  @Field(() => Int)
  id!: number;

  @Field()
  title!: string;

  @Field()
  writtenAt!: Date;
}

@ObjectType()
export class Note {
  @Field()
  text!: string;
}

@ObjectType()
export class Picture {
  @Field()
  url!: string;
}

const Attachment = createUnionType({ name: 'Attachment', types: () => [Note, Picture] as const });

@ArgsType()
export class Filter {
  @Field()
  tag!: string;

  @Field(() => Int, { nullable: true })
  page?: number;
}

/** A service that field resolvers call. */
@Injectable()
export class Reactions {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @Cacheable('user:reaction:<<id>>:<<user_id>>')
  async of(id: number): Promise<string> {
    return this.calls.note(`reaction to ${id}`);
  }
}

@Resolver(() => Post)
export class Posts {
  constructor(
    @Inject(Calls) private readonly calls: Calls,
    @Inject(Reactions) private readonly reactions: Reactions,
  ) {}

  @Query(() => Post)
  @Cacheable('public:post:<<id>>')
  async post(@Args('id', { type: () => Int }) id: number): Promise<Post> {
    return { id, title: this.calls.note(`post ${id}`), writtenAt: new Date(0) };
  }

  @Query(() => String)
  @Cacheable('public:posts:<<filter>>')
  async found(@Args() filter: Filter): Promise<string> {
    return this.calls.note(`posts ${filter.tag} ${filter.page}`);
  }

  @Query(() => [Attachment])
  @Cacheable('public:attachments', { type: Note })
  async attachments(): Promise<(typeof Attachment)[]> {
    return [Object.assign(new Note(), { text: this.calls.note('attachments') })];
  }

  @Query(() => String)
  @Cacheable('user:feed:<<user_id>>', { ignore: ['context'] })
  async feed(@Context() context: OperationContext): Promise<string> {
    return this.calls.note(`feed of ${context.req.user?.id}`);
  }

  @Query(() => String)
  @Cacheable('public:refused')
  async refused(): Promise<string> {
    this.calls.note('refused');
    throw new GraphQLError('not today', { extensions: { code: 'NOT_TODAY' } });
  }

  @Mutation(() => Boolean)
  @InvalidateCache(['public:post:<<id>>'])
  async rename(@Args('id', { type: () => Int }) id: number): Promise<boolean> {
    this.calls.note(`rename ${id}`);
    return true;
  }

  @ResolveField(() => String)
  @Cacheable('public:author:<<post.id>>', { ignore: ['post'] })
  async author(@Parent() post: Post): Promise<string> {
    return this.calls.note(`author of ${post.id}`);
  }

  @ResolveField(() => String)
  @Cacheable('user:draft:<<post.id>>:<<user_id>>', { ignore: ['post', 'context'] })
  async draft(@Parent() post: Post, @Context() context: OperationContext): Promise<string> {
    return this.calls.note(`draft of ${context.req.user?.id} on ${post.id}`);
  }

  @ResolveField(() => String)
  @Cacheable('user:mark:<<post.id>>:<<user_id>>', { ignore: ['post', 'args', 'context'] })
  async mark(post: Post, args: object, context: OperationContext): Promise<string> {
    return this.calls.note(`mark of ${context.req.user?.id} on ${post.id}`);
  }

  @ResolveField(() => String)
  async reaction(@Parent() post: Post): Promise<string> {
    return this.reactions.of(post.id);
  }
}

/** A resolver that Nest makes for each request. */
@Injectable({ scope: Scope.REQUEST })
@Resolver(() => Post)
export class Drafts {
  constructor(
    @Inject(Calls) private readonly calls: Calls,
    @Inject(CONTEXT) private readonly operation: OperationContext,
  ) {}

  @Query(() => Post)
  @Cacheable('public:newest', { ignore: ['this'] })
  async newest(): Promise<Post> {
    return { id: 1, title: 'newest', writtenAt: new Date(0) };
  }

  @ResolveField(() => String)
  @Cacheable('user:draft:<<user_id>>', { ignore: ['this'] })
  async draft(): Promise<string> {
    return this.calls.note(`draft of ${this.operation.req.user?.id}`);
  }
}

@ObjectType()
export class Orders {
  @Field()
  address!: string;
}

@Resolver(() => Orders)
export class Careless {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @Query(() => Orders)
  @Cacheable('orders')
  async orders(): Promise<Orders> {
    return { address: this.calls.note('orders') };
  }

  @Query(() => String)
  @Cacheable('public:greeting', { ignore: ['context'] })
  async greeting(@Context() context: OperationContext): Promise<string> {
    return this.calls.note(`greeting for ${context.req.user?.id}`);
  }

  @ResolveField(() => String)
  @Cacheable('address')
  async address(): Promise<string> {
    return this.calls.note('address');
  }
}
