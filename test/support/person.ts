import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';

/** Whoever `SignIn` has signed in for the request being handled. */
@Injectable({ scope: Scope.REQUEST })
export class Person {
  constructor(
    @Inject(REQUEST)
    private readonly request: { readonly user?: { readonly id: string }; readonly query: { readonly page?: string } },
  ) {}

  get id(): string {
    return this.request.user?.id ?? 'nobody';
  }

  /** What the person asks for. */
  get page(): string | undefined {
    return this.request.query.page;
  }
}
