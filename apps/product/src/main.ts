import 'reflect-metadata';
import { runService } from '@tradewind/service';
import { productConfig } from './product.config.js';
import { ProductModule } from './product.module.js';

const config = productConfig(process.env);
await runService(ProductModule.forRoot(config), config);
