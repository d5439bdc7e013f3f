import type { INestApplicationContext } from '@nestjs/common';
import { isRejection } from '@tradewind/kernel';
import { readConfig, runInService } from '@tradewind/service';
import { Accounts } from './accounts/accounts.js';
import { AdminConfig } from './admin.config.js';
import { UserModule } from './user.module.js';

async function createAdmin(app: INestApplicationContext, config: AdminConfig): Promise<string> {
  const accounts = app.get(Accounts);
  const created = await accounts.register(
    { email: config.ADMIN_EMAIL, password: config.ADMIN_PASSWORD, name: 'Administrator' },
    'admin',
  );
  if (!isRejection(created)) return 'the administrator was created';
  if ((await accounts.roleOf(config.ADMIN_EMAIL)) === 'admin') return 'the administrator exists already';
  throw new Error('ADMIN_EMAIL is the address of a customer: use another one');
}

/** Creates an administrator, with or without a running user service: `node create-admin.js`. Repeating it changes nothing. */
await runInService(
  () => readConfig(AdminConfig, { LOG_LEVEL: 'warn', ...process.env }),
  (config) => UserModule.forRoot(config),
  createAdmin,
);
