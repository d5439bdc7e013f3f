import { readConfig, runInService } from '@tradewind/service';
import { SecretRotation } from './accounts/secret-rotation.js';
import { UserConfig } from './user.config.js';
import { UserModule } from './user.module.js';

/** Wraps the keys of this service anew: `node rotate-secret.js`. Prints how many as JSON. */
await runInService(
  () => readConfig(UserConfig, { LOG_LEVEL: 'warn', ...process.env }),
  (config) => UserModule.forRoot(config),
  (app) => app.get(SecretRotation).run(),
);
