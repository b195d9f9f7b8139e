import { Module } from '@nestjs/common';
import { PostsController } from './posts.controller.js';
import { PostsService } from './posts.service.js';
import { RelatedPostsService } from './related-posts.service.js';

@Module({ controllers: [PostsController], providers: [PostsService, RelatedPostsService], exports: [PostsService] })
export class PostsModule {}
