import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';

/** Signs in whoever the header `x-user` describes, as JSON, in `request.user`; `x-auth` in `request.auth`. */
@Injectable()
export class SignIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Record<string, unknown> & { headers: Record<string, string> }>();
    for (const name of ['user', 'auth', 'account']) {
      const text = request.headers[`x-${name}`];
      if (text !== undefined) request[name] = JSON.parse(text) as unknown;
    }
    return true;
  }
}

/** The headers of a request by this user. */
export function by(user: unknown, name: 'user' | 'auth' | 'account' = 'user'): RequestInit {
  return { headers: { [`x-${name}`]: JSON.stringify(user) } };
}
