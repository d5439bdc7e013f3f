import { runService } from '@tradewind/service';
import { cartConfig } from './cart.config.js';
import { CartModule } from './cart.module.js';

const config = cartConfig(process.env);
await runService(CartModule.forRoot(config), config);
