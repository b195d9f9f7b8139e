import { Inject, Injectable } from '@nestjs/common';
import { and, eq, gt } from 'drizzle-orm';
import type { Database } from '../database/database.js';
import { DATABASE } from '../database/database.js';
import { sessions, users } from '../database/schema.js';
import { hashToken, isPassword, randomToken } from './secrets.js';
import type { SignedInUser } from './signed-in.js';

export interface Session {
  readonly token: string;
  readonly expiresAt: Date;
  readonly user: SignedInUser;
}

const SESSION_MS = 8 * 60 * 60 * 1_000;

@Injectable()
export class AuthService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** A new session, or undefined for a wrong address or password. */
  async signIn(email: string, password: string): Promise<Session | undefined> {
    const [user] = await this.database.select().from(users).where(eq(users.email, email));
    if (!user || !(await isPassword(password, user.passwordHash))) return undefined;
    const token = randomToken();
    const expiresAt = new Date(Date.now() + SESSION_MS);
    await this.database.insert(sessions).values({ tokenHash: hashToken(token), userId: user.id, expiresAt });
    return { token, expiresAt, user: { id: user.id, name: user.name, role: user.role } };
  }

  async signOut(token: string): Promise<void> {
    await this.database.delete(sessions).where(eq(sessions.tokenHash, hashToken(token)));
  }

  async userOf(token: string): Promise<SignedInUser | undefined> {
    const [user] = await this.database
      .select({ id: users.id, name: users.name, role: users.role })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(eq(sessions.tokenHash, hashToken(token)), gt(sessions.expiresAt, new Date())));
    return user;
  }
}
