import type { OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Module } from '@nestjs/common';
import type { Database } from './database.js';
import { DATABASE, openDatabase } from './database.js';

@Global()
@Module({ providers: [{ provide: DATABASE, useFactory: openDatabase }], exports: [DATABASE] })
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.$client.close();
  }
}
