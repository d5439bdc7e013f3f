import { randomUUID } from 'node:crypto';
import { PaymentTaken, ReserveStock } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { partitionOf, type OutgoingRecord } from '@tradewind/messaging/internals';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { aCustomer, aProduct, logIn, placeOrder, placeOrderAndWait } from '../journeys/api/customers.js';
import type { Photographer } from './photographer.js';

interface Group {
  readonly id: string;
  readonly consumer: string;
}

/** Orders are confirmed and refused, messages cannot be handled for two reasons, one is redriven in vain, and an order waits for a silent provider. */
export async function photographScenes(shop: Shop, photographer: Photographer): Promise<void> {
  const waiting = await trade(shop);
  await publishBroken(shop);
  await photographer.open('/dead-letters');
  await photographer.page.getByText('7 keys').waitFor();
  await photographer.page.getByText('5 keys').waitFor();
  const { groups } = await photographer.json<{ groups: Group[] }>('/dead-letters');
  const group = groups.find(({ consumer }) => consumer === 'order')!;
  await redriveOne(photographer, group);
  const path = `/dead-letters/${group.id}`;
  await photographer.take('overview', '/', ['light', 'dark', 'narrow']);
  await photographer.take('dead-letters', '/dead-letters');
  await photographer.take('group', path, ['light', 'dark']);
  await photographer.take('plan', `${path}/redrive?keys=all`);
  await photographer.take('sagas', '/sagas', ['light', 'dark']);
  await photographer.take('order', `/orders/${waiting}`, ['light', 'dark', 'narrow']);
  for (const screen of ['flow', 'effects', 'replays', 'actions', 'search'])
    await photographer.take(screen, `/${screen}`);
}

/** Resolves with an order that waits for the payment provider. */
async function trade(shop: Shop): Promise<string> {
  const admin = await logIn(shop.gatewayUrl, shop.admin.email, shop.admin.password);
  const ann = await aCustomer(shop.gatewayUrl);
  const lantern = await aProduct(admin, { stock: 50, name: 'Lantern' });
  const rope = await aProduct(admin, { stock: 1, name: 'Rope' });
  for (const [product, quantity] of [
    [lantern, 3],
    [rope, 1],
    [lantern, 1],
    [rope, 1],
  ] as const)
    await placeOrderAndWait(ann, product, { quantity });
  shop.kill('provider', 'SIGSTOP');
  return placeOrder(await aCustomer(shop.gatewayUrl), lantern, { quantity: 2 });
}

/** Messages whose values cannot be read, each with a key of its own. */
const broken = (cls: MessageClass, count: number, value: string): OutgoingRecord[] =>
  Array.from({ length: count }, () => {
    const { topic, type, version } = messageInfo(cls);
    const key = randomUUID();
    const headers = {
      ce_id: randomUUID(),
      ce_type: type,
      ce_schemaversion: String(version),
      ce_source: '/screenshots',
      ce_sequence: '1',
      ce_correlationid: key,
    };
    return { topic: topic.name, partition: partitionOf(key, topic.partitions), key, value, headers };
  });

async function publishBroken(shop: Shop): Promise<void> {
  const kafka = kafkaClient({ brokers: shop.kafkaBrokers.split(','), clientId: 'screenshots' });
  const publisher = await kafka.publisher();
  try {
    await publisher.publish([
      ...broken(PaymentTaken, 7, '{"paid":"42.36"}'),
      ...broken(ReserveStock, 5, '{"orderId":'),
    ]);
  } finally {
    await publisher.close();
    await kafka.close();
  }
}

async function redriveOne(photographer: Photographer, { id }: Group): Promise<void> {
  const { page } = photographer;
  await photographer.open(`/dead-letters/${id}`);
  await page.getByRole('button', { name: '1…', exact: true }).click();
  await page.getByLabel(/Why/).fill('payment 1.4.2 is deployed');
  await page.getByRole('button', { name: 'Redrive 1 key' }).click();
  await page.getByText('failed again: 1').waitFor();
}
