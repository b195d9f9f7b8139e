import { Body, Controller, Get, Patch, UseGuards } from '@nestjs/common';
import { Cacheable, InvalidateCache } from 'nestash';
import { AuthGuard } from '../auth/auth.guard.js';
import { CurrentUser } from '../auth/signed-in.js';
import type { SignedInUser } from '../auth/signed-in.js';
import { own, personalBlog } from '../keys/personal.keys.js';
import { shown } from '../keys/shown.js';
import type { Language } from '../languages.js';
import { VisitorLanguage } from '../languages.js';
import type { Activity, Profile } from './profile.js';
import { UpdateProfileDto } from './profile.js';
import { ProfileService } from './profile.service.js';

/** What users see of themselves. The keys name the user as `<<user_id>>`, and the guard has made sure that there is one. */
@Controller('me')
@UseGuards(AuthGuard)
export class ProfileController {
  constructor(private readonly profiles: ProfileService) {}

  @Get()
  @Cacheable(personalBlog.profile, { ignore: ['user'] })
  async profile(@CurrentUser() user: SignedInUser): Promise<Profile> {
    return this.profiles.profileOf(user.id);
  }

  @Get('activity')
  @Cacheable(personalBlog.activity, {
    tags: ({ comments, likes }, _user, lang) =>
      [...comments.map(({ post }) => post), ...likes].map(({ slug }) => shown.title(slug, lang)),
    ignore: ['user'],
  })
  async activity(@CurrentUser() user: SignedInUser, @VisitorLanguage() lang: Language): Promise<Activity> {
    return this.profiles.activityOf(user.id, lang);
  }

  /** A new name also stands beside every comment of the user, on whichever post. */
  @Patch()
  @InvalidateCache([own.profile])
  @InvalidateCache([], {
    tags: (_profile, _changes, user) => [shown.user(user.id)],
    unless: (_profile, { name }) => name === undefined,
  })
  async update(@Body() changes: UpdateProfileDto, @CurrentUser() user: SignedInUser): Promise<Profile> {
    return this.profiles.update(user.id, changes);
  }
}
