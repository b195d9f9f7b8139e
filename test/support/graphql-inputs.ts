import type { Type } from '@nestjs/common';
import { ApolloDriver } from '@nestjs/apollo';
import { Context, Info, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import type { GraphQLResolveInfo } from 'graphql';
import { CacheError, Cacheable } from '../../lib/index.js';
import type { Platform } from './application.js';
import { GraphqlApplication } from './graphql-application.js';
import type { GraphqlRow } from './inputs-table.js';

/** What comes of a resolver with this key when two operations differ in what it reads. */
export async function graphqlOutcome({
  platform,
  resolver,
  template,
  ignore,
}: {
  platform: Platform;
  resolver: GraphqlRow['resolver'];
  template: string;
  ignore: readonly string[];
}): Promise<string> {
  const driver: Type = platform === 'express' ? ApolloDriver : MercuriusDriver;
  const classes = { context: contextResolver, info: infoResolver };
  const provider = classes[resolver](Cacheable(template, { ignore: [...ignore] }));
  let graphql: GraphqlApplication;
  try {
    graphql = await GraphqlApplication.start({ name: platform, platform, driver }, { providers: [provider] });
  } catch (error) {
    if (CacheError.is(error, 'START_UP_REFUSED') && error.message.includes('Pages.page')) return 'refused';
    throw error;
  }
  const first = await graphql.ask('{ one: page }', 'ann');
  const second = await graphql.ask('{ other: page }', 'bob');
  await graphql.stop();
  const [one, other] = [first.data?.['one'], second.data?.['other']];
  if (typeof one !== 'string' || typeof other !== 'string') return JSON.stringify([first, second]);
  return one === other ? 'shared' : 'apart';
}

function contextResolver(cacheable: MethodDecorator): Type {
  @Resolver()
  class Pages {
    @Query(() => String)
    @cacheable
    page(@Context() context: { readonly req: { readonly body: { readonly query: string } } }): string {
      return context.req.body.query;
    }
  }
  return Pages;
}

function infoResolver(cacheable: MethodDecorator): Type {
  @Resolver()
  class Pages {
    @Query(() => String)
    @cacheable
    page(@Info() info: GraphQLResolveInfo): string {
      return String(info.path.key);
    }
  }
  return Pages;
}
