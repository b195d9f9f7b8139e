import type { ArgumentsHost, Type } from '@nestjs/common';
import type { CacheErrorCode } from 'nestash';
import { CacheService } from 'nestash';
import type { ApplicationParts } from '../support/application.js';
import { TestApplication } from '../support/application.js';

/** Something that a developer does wrong, and what must come of it. */
export interface Misuse {
  /** What the developer wrote. */
  readonly wrote: string;
  /** The code of the error, or `Nest` for a text that Nest makes and nestash has a part in. */
  readonly code: CacheErrorCode | 'Nest';
  /** What the text must show: the place, and the value that offends. */
  readonly shows: readonly string[];
  /** Does it. Rejects with the error that the developer gets. */
  make(): Promise<unknown>;
}

/** A mistake that only a line in the log tells of, because it must not fail a request. */
export interface LoggedMisuse extends Omit<Misuse, 'code' | 'make'> {
  /** Does it, and returns the lines about it. */
  make(): Promise<readonly string[]>;
}

/** Starts an application, lets it be used, and ends it. */
export async function using<T>(parts: ApplicationParts, use?: (app: TestApplication) => Promise<T>): Promise<void> {
  const application = await TestApplication.start(parts);
  try {
    await use?.(application);
  } finally {
    await application.stop();
  }
}

/** Starts an application with one service, and calls it. */
export async function usingService<T>(service: Type<T>, use?: (service: T) => Promise<unknown>): Promise<void> {
  await using({ providers: [service] }, async (application) => use?.(application.get(service)));
}

/** Starts an application with one controller, and asks it for `/posts`. Rejects with what the client is not told. */
export async function usingController(controller: Type, parts: ApplicationParts = {}): Promise<void> {
  const caught: unknown[] = [];
  const filter = {
    catch(exception: unknown, host: ArgumentsHost): void {
      caught.push(exception);
      host.switchToHttp().getResponse<{ sendStatus(status: number): void }>().sendStatus(500);
    },
  };
  const configure: ApplicationParts['configure'] = (app) => {
    parts.configure?.(app);
    app.useGlobalFilters(filter);
  };
  await using({ ...parts, configure, controllers: [controller] }, (application) => application.fetch('/posts'));
  if (caught.length > 0) throw caught[0];
}

/** Starts an application with nothing of its own, and uses its cache. */
export async function usingCache(use: (cache: CacheService) => Promise<unknown>): Promise<void> {
  await using({}, (application) => use(application.get(CacheService)));
}
