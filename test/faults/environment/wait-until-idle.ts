import { kafkaClient } from '@tradewind/messaging';
import { waitUntilIdle as waitForActivity } from '../../../tools/audit/index.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';

/** Waits until no work is left: an order with its outcome may still have messages under way. Throws after a minute, with what is left. */
export async function waitUntilIdle({ databases, kafkaBrokers }: Shop, log: (line: string) => void): Promise<void> {
  const kafka = kafkaClient({ brokers: kafkaBrokers.split(','), clientId: 'tradewind-faults' });
  try {
    const { idle, remaining } = await waitForActivity({ databases, kafka }, 60, log);
    if (!idle) throw new Error(`the shop is not idle after 60 s: ${remaining.join(', ')}`);
  } finally {
    await kafka.close();
  }
}
