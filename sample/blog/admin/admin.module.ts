import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { AdminPostsController } from './admin-posts.controller.js';
import { AdminPostsService } from './admin-posts.service.js';

@Module({ imports: [AuthModule, PostsModule], controllers: [AdminPostsController], providers: [AdminPostsService] })
export class AdminModule {}
