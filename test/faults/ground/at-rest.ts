import { kafkaClient } from '@tradewind/messaging';
import { waitForRest } from '../../../tools/ops/gather/rest.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';

/** Waits until nothing is under way any more: an order that has its outcome may still have goods to hand over. Throws after a minute, with what is left. */
export async function atRest({ databases, kafkaBrokers }: Shop, say: (line: string) => void): Promise<void> {
  const kafka = kafkaClient({ brokers: kafkaBrokers.split(','), clientId: 'tradewind-faults' });
  try {
    const { reached, remaining } = await waitForRest({ databases, kafka }, 60, say);
    if (!reached) throw new Error(`the shop does not come to rest: ${remaining.join(', ')}`);
  } finally {
    await kafka.close();
  }
}
