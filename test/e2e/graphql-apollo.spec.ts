import { ApolloDriver } from '@nestjs/apollo';
import { PLATFORMS } from '../support/application.js';
import { describeResolvers } from '../support/graphql-behaviour.js';

for (const platform of PLATFORMS) describeResolvers({ name: `Apollo on ${platform}`, platform, driver: ApolloDriver });

describeResolvers({
  name: 'Apollo with guards and interceptors around field resolvers',
  platform: 'express',
  driver: ApolloDriver,
  options: { fieldResolverEnhancers: ['guards', 'interceptors'] },
});
