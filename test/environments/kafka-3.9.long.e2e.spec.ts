import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runAudit } from '../../tools/audit/index.js';
import { DedicatedKafka } from '../../tools/platform/kafka/dedicated-kafka.js';
import { fetchKafkaJars } from '../../tools/platform/preflight/kafka-jars.mjs';
import { root } from '../../tools/platform/process/paths.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { aCustomer, aProduct, logIn, placeOrderAndWait } from '../journeys/api/customers.js';

describe('Kafka 3.9, the oldest version that is supported', () => {
  let kafka: DedicatedKafka;
  let shop: Shop;
  beforeAll(async () => {
    kafka = await DedicatedKafka.start({
      jars: await fetchKafkaJars(root, process.env, 'tools/platform/kafka/3.9'),
    });
    shop = await startShop({ ports: 'free', bundled: true, kafkaBrokers: kafka.brokers });
  }, 600_000);
  afterAll(async () => {
    await shop?.stop();
    await kafka?.remove();
  }, 120_000);

  it('carries the orders of a shop', async () => {
    const { gatewayUrl: url, admin } = shop;
    const product = await aProduct(await logIn(url, admin.email, admin.password));
    const buyer = await aCustomer(url);
    expect(await placeOrderAndWait(buyer, product, { paymentMethod: 'sim_ok' })).toMatchObject({ status: 'confirmed' });
    expect(await placeOrderAndWait(buyer, product, { paymentMethod: 'sim_declined' })).toMatchObject({
      status: 'rejected',
    });
    const { databases, kafkaBrokers: brokers, state } = shop;
    const report = await runAudit({ databases, brokers, providerLog: state.providerLog, log: () => undefined });
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
  }, 120_000);
});
