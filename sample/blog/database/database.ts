import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import * as schema from './schema.js';
import { seed } from './seed.js';
import { CREATE_TABLES } from './tables.js';

/** The injection token of the database. */
export const DATABASE = Symbol('database');
export type Database = ReturnType<typeof connect>;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** A PostgreSQL of its own in the memory of this process, with the tables and the articles in it. */
export async function openDatabase(): Promise<Database> {
  const client = await PGlite.create();
  await client.exec(CREATE_TABLES);
  const database = connect(client);
  await seed(database);
  return database;
}

function connect(client: PGlite) {
  return drizzle({ client, schema });
}
