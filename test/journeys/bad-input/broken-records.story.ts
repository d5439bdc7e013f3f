import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, InstanceSeen, topics, type ProductRenamed } from '@tradewind/contracts';
import { kafkaClient, type IncomingRecord, type KafkaClient } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { listParked, type Lane } from '../../../tools/ops/operator/parked.js';
import { aRecord, publish } from '../../../apps/gateway/test/platform-records.fixture.spec.js';
import { aPerson, aProduct, orderAndWait, pounds, putIn, type Person } from '../people.js';
import type { Scene } from '../scene.js';
import type { Cart, Order, Product } from '../views.js';
import { tradewind } from './operator.js';
import { brokenRecords, inPlace, renamed, sampledTopics } from './records.js';

const place = ({ topic, key }: { readonly topic: string; readonly key: string | null }): string => `${topic} ${key}`;
const why = ['--reason', 'a test', '--yes'];

export const brokenRecordsOnTopics = (scene: () => Scene): void => {
  let kafka: KafkaClient;
  beforeAll(() => {
    kafka = kafkaClient({ brokers: scene().shop.kafkaBrokers.split(','), clientId: 'test' });
  });
  afterAll(() => kafka.close());

  describe('broken records on every topic', () => {
    const broken = brokenRecords();
    const expected = broken
      .flatMap(({ what, heardBy }) => heardBy.map((consumer) => `${consumer}: ${what}`))
      .toSorted();
    const whatIs = new Map(broken.map((each) => [place(each.record), each]));
    let parked: Lane[];
    beforeAll(async () => {
      await publish(kafka, ...broken.map(({ record }) => record));
      await publish(
        kafka,
        { ...aRecord(InstanceSeen, {} as InstanceSeen), key: 'x', value: '{' },
        { topic: topics.platformInstances.name, partition: 0, key: 'y', value: null, headers: {} },
      );
      parked = await eventually(async () => {
        const found = await listParked(scene().shop.databases);
        return found.length >= expected.length && found;
      }, 45_000);
    });

    it('are tried on every topic that a message belongs on', () => {
      expect([...sampledTopics, topics.platformInstances.name].toSorted()).toEqual(
        contracts.topics.map(({ name }) => name).toSorted(),
      );
    });

    it('are parked by everybody who listens there, one by one', () => {
      expect(parked.map((lane) => `${lane.consumer}: ${whatIs.get(place(lane))?.what}`).toSorted()).toEqual(expected);
      expect(new Set(parked.map(({ state, messages }) => `${state} ${messages}`))).toEqual(new Set(['parked 1']));
    });

    it('are named by what is wrong with them', () => {
      const unclear = parked.filter((lane) => !whatIs.get(place(lane))!.named.test(lane.detail));
      expect(unclear.map((lane) => `${whatIs.get(place(lane))!.what}: ${lane.detail}`)).toEqual([]);
    });

    it('are told on the dead letter topics of the services', async () => {
      const letters: IncomingRecord[] = [];
      const deadLetters = Object.values(topics)
        .filter(({ name }) => name.endsWith('.dlq'))
        .map(({ name }) => name);
      const tail = await kafka.tail({
        topics: deadLetters,
        onRecords: (some) => letters.push(...some),
        onDead: () => undefined,
      });
      const origin = ({ key, headers }: IncomingRecord) =>
        whatIs.get(place({ topic: headers['origin-topic']!, key: key!.startsWith('partition') ? null : key }));
      const told = () =>
        letters
          .map((letter) => `${letter.headers['origin-consumer']}: ${origin(letter)?.what}, on ${letter.topic}`)
          .toSorted();
      const wanted = expected.map((each) => `${each}, on ${/^\w+/.exec(each)![0]}.dlq`).toSorted();
      await eventually(() => told().length >= wanted.length);
      await tail.close();
      expect(told()).toEqual(wanted);
      expect(letters.filter((letter) => !origin(letter)!.named.test(letter.headers['reason']!))).toEqual([]);
    });

    it("stand in the operator's list, and each can be looked into", async () => {
      const list = await tradewind(scene().shop, 'parked', 'list');
      expect(list).toContain('payment · payment · Poison: 11 keys, 11 messages');
      for (const { first, key } of parked.filter(({ consumer }) => consumer === 'payment'))
        expect(list).toMatch(new RegExp(`${first} +payment\\.commands +${key ?? ''}`));
      const { first } = parked.find(({ detail }) => detail.includes('version 99'))!;
      expect(await tradewind(scene().shop, 'parked', 'show', first!)).toMatch(/header +ce_schemaversion: 99/);
    });

    it('hinder nobody else', async () => {
      const { admin, ann } = scene();
      expect(await orderAndWait(ann, await aProduct(admin))).toMatchObject({ status: 'confirmed' });
      expect(await orderAndWait(ann, await aProduct(admin), { paymentMethod: 'sim_declined' })).toMatchObject({
        status: 'rejected',
      });
    });
  });

  describe('a broken record of a product that lives on', () => {
    let lamp: Product;
    let bob: Person;
    const cart = async () => (await bob.get<Cart>('/cart')).body.items[0]!;
    const laneOf = async (consumer: string): Promise<Lane | undefined> =>
      (await listParked(scene().shop.databases)).find((lane) => lane.key === lamp.id && lane.consumer === consumer);
    beforeAll(async () => {
      const { admin, nobody } = scene();
      [lamp, bob] = await Promise.all([aProduct(admin, { price: 1_000 }), aPerson(nobody.url)]);
      expect(await orderAndWait(bob, lamp)).toMatchObject({ status: 'confirmed' });
      await putIn(bob, lamp);
      const sound = renamed(lamp.id);
      // the second word of its key: the product service has said one, and will say what comes behind
      await publish(
        kafka,
        inPlace({ ...sound, headers: { ...sound.headers, ce_sequence: '2' }, value: '{"productId":' }),
      );
      await eventually(async () => (await laneOf('cart.prices')) && (await laneOf('order.prices')));
      await admin.patch(`/products/${lamp.id}`, { name: 'Lamp' });
      await admin.patch(`/products/${lamp.id}`, { price: pounds(1_200) });
    });

    it('lets what comes after it wait, so that nothing overtakes', async () => {
      await eventually(
        async () => (await laneOf('cart.prices'))?.messages === 3 && (await laneOf('order.prices'))?.messages === 3,
      );
      expect((await cart()).unitPrice).toEqual(pounds(1_000));
    });

    it('stays parked when it is released as it is', async () => {
      const { shop } = scene();
      const first = (await laneOf('cart.prices'))!.first!;
      expect(await tradewind(shop, 'parked', 'release', first, '--reason', 'only asking')).toContain(
        'Nothing was changed',
      );
      expect(
        await tradewind(shop, 'parked', 'release', '--key', lamp.id, '--consumer', 'cart.prices', ...why),
      ).toContain('3 messages in order');
      await eventually(async () => (await laneOf('cart.prices'))?.state === 'parked');
      expect(await laneOf('cart.prices')).toMatchObject({ first, messages: 3 });
    });

    it('flows with all that waits behind it once it is mended', async () => {
      const first = (await laneOf('cart.prices'))!.first!;
      const mended: ProductRenamed = JSON.parse(renamed(lamp.id).value as string) as ProductRenamed;
      await tradewind(
        scene().shop,
        'parked',
        'edit',
        first,
        '--value',
        JSON.stringify({ ...mended, name: 'Mended lamp' }),
        '--consumer',
        'cart.prices',
        '--release',
        ...why,
      );
      await eventually(async () => (await laneOf('cart.prices')) === undefined);
      expect(await cart()).toMatchObject({
        name: 'Mended lamp',
        unitPrice: pounds(1_200),
        priceChanged: { from: pounds(1_000) },
      });
    });

    it('lets go of what waits behind it once it is discarded', async () => {
      const first = (await laneOf('order.prices'))!.first!;
      await tradewind(scene().shop, 'parked', 'discard', first, '--consumer', 'order.prices', '--release', ...why);
      await eventually(async () => (await laneOf('order.prices')) === undefined);
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

    it("can't be dealt with twice", async () => {
      const { shop } = scene();
      await expect(tradewind(shop, 'parked', 'release', '--key', lamp.id, ...why)).rejects.toThrow(
        'nothing that is parked fits',
      );
    });
  });
};
