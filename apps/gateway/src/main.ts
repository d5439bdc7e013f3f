import { readConfig, runService } from '@tradewind/service';
import { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

await runService(
  () => readConfig(GatewayConfig, process.env),
  (config) => GatewayModule.forRoot(config),
);
