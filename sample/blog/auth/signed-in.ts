import type { ExecutionContext } from '@nestjs/common';
import { createParamDecorator } from '@nestjs/common';
import type { Role } from '../database/schema.js';

/** Whoever sent the request, as the guard found out. */
export interface SignedInUser {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
}

/** What the guard needs of a request, on Express and Fastify. */
export interface AuthenticatedRequest {
  readonly headers: { readonly authorization?: string };
  user?: SignedInUser;
}

/** The signed-in user as a parameter of a handler behind `AuthGuard`. */
export const CurrentUser = createParamDecorator(
  (_data: undefined, context: ExecutionContext) => context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
