import { readConfig, runService } from '@tradewind/service';
import { UserConfig } from './user.config.js';
import { UserModule } from './user.module.js';

const config = readConfig(UserConfig, process.env);
await runService(UserModule.forRoot(config), config);
