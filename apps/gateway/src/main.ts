import { readConfig, runService } from '@tradewind/service';
import { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

const config = readConfig(GatewayConfig, process.env);
await runService(GatewayModule.forRoot(config), config);
