import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InstanceSeen, topics, type ProductRenamed } from '@tradewind/contracts';
import { kafkaClient, type KafkaClient } from '@tradewind/messaging';
import type { IncomingRecord } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import { DeadLetters, type BlockedKey } from '@tradewind/operations';
import { MessagePublisher, recordOf } from '@tradewind/testing/service';
import { aCustomer, aProduct, placeOrderAndWait, pounds, putInCart, type Customer } from '../api/customers.js';
import type { ShopFixture } from '../api/fixture.js';
import type { Cart, Order, Product } from '../api/responses.js';
import { tradewind } from '../../cli/tradewind.js';
import { brokenRecords, renamed } from './records.js';

const placeOf = ({ topic, key }: { readonly topic: string; readonly key: string | null }): string => `${topic} ${key}`;
const reason = ['--reason', 'a test', '--yes'];

export const brokenRecordsOnTopics = (fixture: () => ShopFixture): void => {
  let kafka: KafkaClient;
  let publisher: MessagePublisher;
  beforeAll(async () => {
    kafka = kafkaClient({ brokers: fixture().shop.kafkaBrokers.split(','), clientId: 'test' });
    publisher = await MessagePublisher.open(kafka);
  });
  afterAll(async () => {
    await publisher.close();
    await kafka.close();
  });

  describe('broken records on every topic', () => {
    const broken = brokenRecords();
    const expected = broken
      .flatMap(({ what, consumers }) => consumers.map((consumer) => `${consumer}: ${what}`))
      .toSorted();
    const whatIs = new Map(broken.map((each) => [placeOf(each.record), each]));
    let blocked: BlockedKey[];
    beforeAll(async () => {
      await publisher.publishRecords(
        ...broken.map(({ record }) => record),
        { ...recordOf({ message: InstanceSeen, fields: { instanceId: 'x' } }), value: '{' },
        { topic: topics.platformInstances.name, partition: 0, key: 'y', value: null, headers: {} },
      );
      blocked = await eventually(async () => {
        const found = await new DeadLetters(fixture().shop.databases).list();
        return found.length >= expected.length && found;
      }, 45_000);
    });

    it('are dead-lettered by every consumer of the topic, one by one', () => {
      expect(blocked.map((entry) => `${entry.consumer}: ${whatIs.get(placeOf(entry))?.what}`).toSorted()).toEqual(
        expected,
      );
      expect(new Set(blocked.map(({ state, messages }) => `${state} ${messages}`))).toEqual(new Set(['blocked 1']));
    });

    it('have dead letters that name what is wrong', () => {
      const unclear = blocked.filter((entry) => !whatIs.get(placeOf(entry))!.detail.test(entry.detail));
      expect(unclear.map((entry) => `${whatIs.get(placeOf(entry))!.what}: ${entry.detail}`)).toEqual([]);
    });

    it('are published on the dead letter topics of the services', async () => {
      const letters: IncomingRecord[] = [];
      const deadLetters = Object.values(topics)
        .filter(({ name }) => name.endsWith('.dlq'))
        .map(({ name }) => name);
      const tail = await kafka.tail({
        topics: deadLetters,
        onRecords: (some) => letters.push(...some),
        onFatal: () => undefined,
      });
      const origin = ({ key, headers }: IncomingRecord) =>
        whatIs.get(placeOf({ topic: headers['origin-topic']!, key: key!.startsWith('partition') ? null : key }));
      const published = () =>
        letters
          .map((letter) => `${letter.headers['origin-consumer']}: ${origin(letter)?.what}, on ${letter.topic}`)
          .toSorted();
      const wanted = expected.map((each) => `${each}, on ${/^[\w-]+/.exec(each)![0]}.dlq`).toSorted();
      await eventually(() => published().length >= wanted.length);
      await tail.close();
      expect(published()).toEqual(wanted);
      expect(letters.filter((letter) => !origin(letter)!.detail.test(letter.headers['reason']!))).toEqual([]);
    });

    it('are listed for the operator, and each can be shown', async () => {
      const list = await tradewind(fixture().shop.state.path, 'dead-letters', 'list');
      expect(list).toContain('payment · payment · Poison: 11 keys, 11 messages');
      for (const { first, key } of blocked.filter(({ consumer }) => consumer === 'payment'))
        expect(list).toMatch(new RegExp(`${first} +payment\\.commands +${key ?? ''}`));
      const { first } = blocked.find(({ detail }) => detail.includes('version 99'))!;
      expect(await tradewind(fixture().shop.state.path, 'dead-letters', 'show', first!)).toMatch(
        /header +ce_schemaversion: 99/,
      );
    });

    it('block no other keys', async () => {
      const { admin, ann } = fixture();
      expect(await placeOrderAndWait(ann, await aProduct(admin))).toMatchObject({ status: 'confirmed' });
      const declined = await aCustomer(fixture().anonymous.url);
      expect(await placeOrderAndWait(declined, await aProduct(admin), { paymentMethod: 'sim_declined' })).toMatchObject(
        {
          status: 'rejected',
        },
      );
    });
  });

  describe('a broken record of a product that changes later', () => {
    let lamp: Product;
    let bob: Customer;
    const cart = async () => (await bob.get<Cart>('/cart')).body.items[0]!;
    const blockedKeyOf = async (consumer: string): Promise<BlockedKey | undefined> =>
      (await new DeadLetters(fixture().shop.databases).list()).find(
        (entry) => entry.key === lamp.id && entry.consumer === consumer,
      );
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      // so many pieces that an order does not change what is said about their number: that would be an event of its own
      [lamp, bob] = await Promise.all([aProduct(admin, { price: 1_000, stock: 500 }), aCustomer(anonymous.url)]);
      expect(await placeOrderAndWait(bob, lamp)).toMatchObject({ status: 'confirmed' });
      await putInCart(bob, lamp);
      const valid = renamed(lamp.id);
      // sequence 2 of its key: the product service has published 1 and publishes the next ones below
      const headers = { ...valid.headers, ce_sequence: '2' };
      await publisher.publishRecords({ ...valid, headers, value: '{"productId":' });
      await eventually(async () => (await blockedKeyOf('cart.prices')) && (await blockedKeyOf('order.prices')));
      await admin.patch(`/products/${lamp.id}`, { name: 'Lamp' });
      await admin.patch(`/products/${lamp.id}`, { price: pounds(1_200) });
    });

    it('blocks later messages of its key, so that the order is kept', async () => {
      await eventually(
        async () =>
          (await blockedKeyOf('cart.prices'))?.messages === 3 && (await blockedKeyOf('order.prices'))?.messages === 3,
      );
      expect((await cart()).unitPrice).toEqual(pounds(1_000));
    });

    it('is dead-lettered again when it is redriven unchanged', async () => {
      const { shop } = fixture();
      const first = (await blockedKeyOf('cart.prices'))!.first!;
      expect(await tradewind(shop.state.path, 'dead-letters', 'redrive', first, '--reason', 'a dry run')).toMatch(
        /3 messages in order[^]*Nothing was changed/,
      );
      expect(
        await tradewind(
          shop.state.path,
          'dead-letters',
          'redrive',
          '--key',
          lamp.id,
          '--consumer',
          'cart.prices',
          '--in-order',
          '10',
          ...reason,
        ),
      ).toMatch(/Handled 0 keys of 1\.[^]*failed again/);
      expect(await blockedKeyOf('cart.prices')).toMatchObject({ first, messages: 3 });
    });

    it('is handled with all messages behind it once it is corrected', async () => {
      const first = (await blockedKeyOf('cart.prices'))!.first!;
      const corrected: ProductRenamed = JSON.parse(renamed(lamp.id).value as string) as ProductRenamed;
      await tradewind(
        fixture().shop.state.path,
        'dead-letters',
        'edit',
        first,
        '--value',
        JSON.stringify({ ...corrected, name: 'Corrected lamp' }),
        '--consumer',
        'cart.prices',
        '--redrive',
        ...reason,
      );
      await eventually(async () => (await blockedKeyOf('cart.prices')) === undefined);
      expect(await cart()).toMatchObject({
        name: 'Corrected lamp',
        unitPrice: pounds(1_200),
        priceChanged: { from: pounds(1_000) },
      });
    });

    it('unblocks the messages behind it once it is discarded', async () => {
      const first = (await blockedKeyOf('order.prices'))!.first!;
      await tradewind(
        fixture().shop.state.path,
        'dead-letters',
        'discard',
        first,
        '--consumer',
        'order.prices',
        '--redrive',
        ...reason,
      );
      await eventually(async () => (await blockedKeyOf('order.prices')) === undefined);
      const placed = await bob.post<{ orderId: string }>(
        '/orders',
        {
          items: [{ productId: lamp.id, quantity: 1 }],
          paymentMethod: 'sim_ok',
          shippingAddress: { name: 'Bob', line1: '1', city: 'Bath', postcode: 'BA1', country: 'GB' },
        },
        { 'idempotency-key': lamp.id },
      );
      expect((await bob.get<Order>(`/orders/${placed.body.orderId}`)).body).toMatchObject({
        total: pounds(1_200),
        items: [{ name: 'Lamp' }],
      });
    });

    it('cannot be redriven twice', async () => {
      const { shop } = fixture();
      await expect(tradewind(shop.state.path, 'dead-letters', 'redrive', '--key', lamp.id, ...reason)).rejects.toThrow(
        'no blocked key matches',
      );
    });
  });
};
