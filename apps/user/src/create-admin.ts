import { NestFactory } from '@nestjs/core';
import { isRejection } from '@tradewind/kernel';
import { readConfig } from '@tradewind/service';
import { Accounts } from './accounts/accounts.js';
import { AdminConfig } from './admin.config.js';
import { UserModule } from './user.module.js';

/** Creates an administrator, with or without a running user service: `node create-admin.js`. Repeating it changes nothing. */
async function createAdmin(config: AdminConfig): Promise<string> {
  const app = await NestFactory.createApplicationContext(UserModule.forRoot(config), { abortOnError: false });
  try {
    const created = await app
      .get(Accounts)
      .register({ email: config.ADMIN_EMAIL, password: config.ADMIN_PASSWORD, name: 'Administrator' }, 'admin');
    if (!isRejection(created)) return 'the administrator was created';
    if ((await app.get(Accounts).roleOf(config.ADMIN_EMAIL)) === 'admin') return 'the administrator exists already';
    throw new Error('ADMIN_EMAIL is the address of a customer: use another one');
  } finally {
    await app.close();
  }
}

try {
  const config = readConfig(AdminConfig, { LOG_LEVEL: 'warn', ...process.env });
  process.stdout.write(`${await createAdmin(config)}\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
