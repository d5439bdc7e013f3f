import { readConfig, runService } from '@tradewind/service';
import { UserConfig } from './user.config.js';
import { UserModule } from './user.module.js';

await runService(
  () => readConfig(UserConfig, process.env),
  (config) => UserModule.forRoot(config),
);
