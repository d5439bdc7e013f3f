import { readConfig, runInService } from '@tradewind/service';
import { OrderConfig } from './order.config.js';
import { OrderModule } from './order.module.js';
import { WebhookSecretRotation } from './webhooks/webhook-secret-rotation.js';

/** Wraps the secrets of the endpoints of webhooks anew: `node rotate-secret.js`. Prints how many as JSON. */
await runInService(
  () => readConfig(OrderConfig, { LOG_LEVEL: 'warn', ...process.env }),
  (config) => OrderModule.forRoot(config),
  (app) => app.get(WebhookSecretRotation).run(),
);
