import { hashPassword } from '../auth/secrets.js';
import type { Article } from '../data/articles.js';
import { writeArticles } from '../data/articles.js';
import type { Database, Transaction } from './database.js';
import type { Role } from './schema.js';
import { authors, categories, postTags, posts, postTexts, tags, users } from './schema.js';

/** Everybody can sign in with this password: it is a demonstration. */
export const DEMO_PASSWORD = 'demo-password';
export const DEMO_USERS: readonly { email: string; name: string; role: Role }[] = [
  { email: 'ada@example.com', name: 'Ada', role: 'admin' },
  { email: 'edgar@example.com', name: 'Edgar', role: 'editor' },
  { email: 'rita@example.com', name: 'Rita', role: 'reader' },
];

/** Fills an empty database with the demonstration's users and articles. */
export async function seed(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await seedUsers(tx);
    await seedArticles(tx);
  });
}

async function seedUsers(tx: Transaction): Promise<void> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  for (const user of DEMO_USERS) {
    const [row] = await tx
      .insert(users)
      .values({ ...user, passwordHash })
      .returning({ id: users.id });
    await tx.insert(authors).values({ slug: user.name.toLowerCase(), name: user.name, userId: row!.id });
  }
}

async function seedArticles(tx: Transaction): Promise<void> {
  const articles = writeArticles();
  const [authorOf, categoryOf, tagOf] = [
    idsBySlug(
      await tx
        .insert(authors)
        .values(distinct(articles.map(({ author }) => author)))
        .returning(),
    ),
    idsBySlug(
      await tx
        .insert(categories)
        .values(distinct(articles.map(({ category }) => category)))
        .returning(),
    ),
    idsBySlug(
      await tx
        .insert(tags)
        .values(distinct(articles.flatMap((article) => article.tags)))
        .returning(),
    ),
  ];
  const rows = articles.map(({ slug, author, category, publishedAt }) => ({
    slug,
    authorId: authorOf(author),
    categoryId: categoryOf(category),
    published: publishedAt !== null,
    publishedAt,
  }));
  const postOf = idsBySlug(await tx.insert(posts).values(rows).returning());
  await tx
    .insert(postTags)
    .values(articles.flatMap((article) => article.tags.map((tag) => ({ postId: postOf(article), tagId: tagOf(tag) }))));
  await tx.insert(postTexts).values(articles.flatMap((article) => textsOf(article, postOf(article))));
}

function textsOf({ texts, publishedAt }: Article, postId: number) {
  return texts.map((text) => ({ postId, ...text, ...(publishedAt && { updatedAt: publishedAt }) }));
}

function distinct<T extends { readonly slug: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.slug, row])).values()];
}

function idsBySlug(rows: readonly { id: number; slug: string }[]): (named: { readonly slug: string }) => number {
  const ids = new Map(rows.map(({ id, slug }) => [slug, id]));
  return ({ slug }) => ids.get(slug)!;
}
