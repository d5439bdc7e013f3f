import { readFileSync } from 'node:fs';
import type { BrokerAccess } from './closed-listeners.js';

/** Asks a broker with logins, as its super user, whether consumer groups can be served. Returns 0 when ready, like `askCoordinator`. */
export async function askWithLogin(broker: string, { caFile, users, superUser }: BrokerAccess): Promise<0> {
  const { kafkaClient } = await import('@tradewind/messaging'); // not needed for a broker without logins
  const client = kafkaClient({
    brokers: [broker],
    clientId: 'tradewind-platform',
    ssl: { ca: readFileSync(caFile) },
    sasl: { mechanism: 'scram-sha-512', username: superUser, password: users[superUser]! },
  });
  try {
    await client.committedOffsets('tradewind-readiness', []);
    return 0;
  } finally {
    await client.close();
  }
}
