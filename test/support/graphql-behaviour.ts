import type { CacheModuleOptions } from '../../lib/index.js';
import { Calls } from './calls.js';
import type { GraphqlServer } from './graphql-application.js';
import { GraphqlApplication } from './graphql-application.js';
import { Careless, Drafts, Posts, Reactions } from './graphql-blog.js';
import { RecordedLog } from './recorded-log.js';

/** What holds for resolvers whichever server calls them. */
export function describeResolvers(server: GraphqlServer): void {
  describe(server.name, () => {
    let graphql: GraphqlApplication;
    let calls: Calls;

    beforeEach(async () => {
      graphql = await GraphqlApplication.start(server, { providers: [Calls, Posts, Reactions] });
      calls = graphql.application.get(Calls);
    });

    afterEach(async () => {
      await graphql.stop();
    });

    it('answers a query from the cache, dates and all', async () => {
      const query = '{ post(id: 3) { id title writtenAt } }';
      const first = await graphql.ask(query);
      expect(first.data).toEqual({ post: { id: 3, title: 'post 3 #1', writtenAt: '1970-01-01T00:00:00.000Z' } });
      expect(await graphql.ask(query)).toEqual(first);
      expect(calls.made).toEqual(['post 3']);
    });

    it('keeps the arguments of queries apart, one by one and as a whole', async () => {
      for (const argument of ['id: 1', 'id: 2']) await graphql.ask(`{ post(${argument}) { id } }`);
      for (const filter of ['tag: "a"', 'tag: "b"', 'tag: "a", page: 2']) await graphql.ask(`{ found(${filter}) }`);
      expect(calls.made).toEqual(['post 1', 'post 2', 'posts a undefined', 'posts b undefined', 'posts a 2']);
    });

    it('gives the types of a union the same instances on hit and miss', async () => {
      const query = '{ attachments { __typename ... on Note { text } } }';
      const first = await graphql.ask(query);
      expect(first.data).toEqual({ attachments: [{ __typename: 'Note', text: 'attachments #1' }] });
      expect(await graphql.ask(query)).toEqual(first);
    });

    it('answers the query after a mutation afresh', async () => {
      const query = '{ post(id: 3) { title } }';
      await graphql.ask(query);
      await graphql.ask('mutation { rename(id: 3) }');
      expect((await graphql.ask(query)).data).toEqual({ post: { title: 'post 3 #3' } });
    });

    it('passes an error of GraphQL on as it is, each time', async () => {
      for (const _ of [1, 2]) {
        const { errors } = await graphql.ask('{ refused }');
        expect(errors).toMatchObject([{ message: 'not today', extensions: { code: 'NOT_TODAY' } }]);
      }
      expect(calls.made).toEqual(['refused', 'refused']);
    });

    it('keys a field resolver by a part of its parent', async () => {
      for (const id of [1, 2, 1]) await graphql.ask(`{ post(id: ${id}) { author } }`);
      expect(calls.made.filter((call) => call.startsWith('author'))).toEqual(['author of 1', 'author of 2']);
    });

    it.each([
      ['a query', '{ feed }', 'feed of ann', 'feed of bob'],
      ['a field resolver', '{ post(id: 1) { draft } }', 'draft of ann on 1', 'draft of bob on 1'],
      [
        'a field resolver without decorated parameters',
        '{ post(id: 1) { mark } }',
        'mark of ann on 1',
        'mark of bob on 1',
      ],
      ['a service that a field resolver calls', '{ post(id: 1) { reaction } }', 'reaction to 1', 'reaction to 1'],
    ])('never shows one person the data of another in %s', async (_, query, annsCall, bobsCall) => {
      const [ann, bob] = [await graphql.ask(query, 'ann'), await graphql.ask(query, 'bob')];
      expect(JSON.stringify(ann)).toContain(annsCall);
      expect(JSON.stringify(bob)).toContain(bobsCall);
      expect(bob).not.toEqual(ann);
      expect([await graphql.ask(query, 'ann'), await graphql.ask(query, 'bob')]).toEqual([ann, bob]);
    });

    it('keeps two people apart whose resolvers run at the same time', async () => {
      const query = '{ feed again: feed post(id: 1) { draft mark reaction } }';
      const people = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'ann' : 'bob'));
      const answers = await Promise.all(people.map((person) => graphql.ask(query, person)));
      for (const [index, answer] of answers.entries()) {
        const other = people[index] === 'ann' ? 'bob' : 'ann';
        expect(answer.errors).toBeUndefined();
        expect(JSON.stringify(answer)).not.toContain(`of ${other}`);
        expect(answer).toEqual(answers[index % 2]);
      }
      expect(calls.made.filter((call) => call.startsWith('reaction'))).toHaveLength(2);
    });

    it('keeps tenants apart in queries, field resolvers and services', async () => {
      const cache: CacheModuleOptions = { partition: ({ user }) => (user as { id: string }).id };
      const tenants = await GraphqlApplication.start(server, { providers: [Calls, Posts, Reactions], cache });
      const query = '{ post(id: 1) { title author reaction } }';
      const [ann, bob] = [await tenants.ask(query, 'ann'), await tenants.ask(query, 'bob')];
      expect(tenants.application.get(Calls).made).toHaveLength(6);
      expect([await tenants.ask(query, 'ann'), await tenants.ask(query, 'bob')]).toEqual([ann, bob]);
      expect(tenants.application.get(Calls).made).toHaveLength(6);
      await tenants.stop();
    });

    it('knows the request of a resolver that is made for it', async () => {
      const scoped = await GraphqlApplication.start(server, { providers: [Calls, Drafts] });
      const query = '{ newest { draft } }';
      const [ann, bob] = [await scoped.ask(query, 'ann'), await scoped.ask(query, 'bob')];
      expect([ann.data, bob.data]).toEqual([
        { newest: { draft: 'draft of ann #1' } },
        { newest: { draft: 'draft of bob #2' } },
      ]);
      expect([await scoped.ask(query, 'ann'), await scoped.ask(query, 'bob')]).toEqual([ann, bob]);
      await scoped.stop();
    });

    it('stores nothing under a shared key of which a resolver looked who is signed in', async () => {
      const cache: CacheModuleOptions = { keyCheck: 'off' };
      const careless = await GraphqlApplication.start(server, { providers: [Calls, Careless], cache });
      const answers = [await careless.ask('{ greeting }', 'ann'), await careless.ask('{ greeting }', 'bob')];
      await careless.stop();
      expect(answers.map(({ data }) => data?.['greeting'])).toEqual(['greeting for ann #1', 'greeting for bob #2']);
    });

    it('stores nothing for people who are signed in under a key that does not say whose it is', async () => {
      const logger = new RecordedLog();
      const cache: CacheModuleOptions = { keyCheck: 'off' };
      const careless = await GraphqlApplication.start(server, { providers: [Calls, Careless], cache, logger });
      const query = '{ orders { address } }';
      expect((await careless.ask(query, 'ann')).data).toEqual({ orders: { address: 'address #2' } });
      expect((await careless.ask(query, 'bob')).data).toEqual({ orders: { address: 'address #4' } });
      const nobody = await careless.ask(query);
      expect(nobody.data).toEqual({ orders: { address: 'address #6' } });
      expect(await careless.ask(query)).toEqual(nobody);
      await careless.stop();
      for (const method of ['orders', 'address']) {
        expect(logger.errors(`Careless.${method} is not cached for signed-in users`)).toHaveLength(1);
      }
    });
  });
}
