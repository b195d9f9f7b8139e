import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { TaxonomyModule } from '../taxonomy/taxonomy.module.js';
import { AdminBulkController } from './admin-bulk.controller.js';
import { AdminPostsController } from './admin-posts.controller.js';
import { AdminPostsService } from './admin-posts.service.js';
import { AdminTaxonomyController } from './admin-taxonomy.controller.js';

@Module({
  imports: [AuthModule, PostsModule, TaxonomyModule],
  controllers: [AdminPostsController, AdminBulkController, AdminTaxonomyController],
  providers: [AdminPostsService],
})
export class AdminModule {}
