import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '../database/schema.js';
import { AuthService } from './auth.service.js';
import type { AuthenticatedRequest } from './signed-in.js';

/** Who may call a handler, or the handlers of a controller: `@Roles(['admin'])`. */
export const Roles = Reflector.createDecorator<Role[]>();

/** Lets in whoever has a valid token and one of the roles. It runs on every request, whether the answer is cached or not. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly auth: AuthService,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const user = await this.auth.userOf(bearerToken(request));
    if (!user) throw new UnauthorizedException('Sign in with POST /api/auth/login and send the token');
    const roles = this.reflector.getAllAndOverride(Roles, [context.getHandler(), context.getClass()]);
    if (roles && !roles.includes(user.role)) throw new ForbiddenException(`This needs the role ${roles.join(' or ')}`);
    request.user = user;
    return true;
  }
}

export function bearerToken({ headers }: AuthenticatedRequest): string {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}
