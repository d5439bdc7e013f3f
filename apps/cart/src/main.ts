import { runService } from '@tradewind/service';
import { cartConfig } from './cart.config.js';
import { CartModule } from './cart.module.js';

await runService(
  () => cartConfig(process.env),
  (config) => CartModule.forRoot(config),
);
