import 'reflect-metadata';
import { runService } from '@tradewind/service';
import { productConfig } from './product.config.js';
import { ProductModule } from './product.module.js';

await runService(
  () => productConfig(process.env),
  (config) => ProductModule.forRoot(config),
);
