import { Body, Controller, HttpCode, Post, Req, UnauthorizedException, UseGuards } from '@nestjs/common';
import { IsEmail, IsString, MaxLength } from 'class-validator';
import { AuthGuard, bearerToken } from './auth.guard.js';
import type { Session } from './auth.service.js';
import { AuthService } from './auth.service.js';
import type { AuthenticatedRequest } from './signed-in.js';

export class LoginDto {
  @IsEmail()
  email!: string;

  @IsString()
  @MaxLength(200)
  password!: string;
}

@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  async login(@Body() { email, password }: LoginDto): Promise<Session> {
    const session = await this.auth.signIn(email, password);
    if (!session) throw new UnauthorizedException('The address or the password is wrong');
    return session;
  }

  @Post('logout')
  @HttpCode(204)
  @UseGuards(AuthGuard)
  async logout(@Req() request: AuthenticatedRequest): Promise<void> {
    await this.auth.signOut(bearerToken(request));
  }
}
