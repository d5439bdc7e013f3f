import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { skuKeyOf } from '../src/domain/sku.js';
import {
  line,
  pence,
  release,
  reserve,
  sell,
  takeBack,
  type ProductEnvironment,
} from './product-environment.fixture.spec.js';

/** What admins do with products, and how customers find them. */
export const catalogue = (environment: () => ProductEnvironment): void => {
  const aCode = (): string => randomUUID().slice(0, 8);
  const add = (sku: string, fields: object = {}) =>
    environment().asAdmin('POST', '/products', { sku, name: 'Mug', price: pence(250), stock: 5, ...fields });
  const change = (id: string, fields: object) => environment().asAdmin('PATCH', `/products/${id}`, fields);
  const list = (query: string) => environment().call('GET', `/products?${query}`);
  const namesOf = async (query: string): Promise<string[]> => (await list(query)).body.items.map(({ name }) => name);
  const publishedTypes = async (id: string): Promise<string[]> =>
    (await environment().published(topics.productEvents.name, id)).map(({ type }) => type);

  describe('a SKU that differs from another one only in blanks and case', () => {
    it('is shown as typed, with single blanks', async () => {
      const code = aCode();
      expect(await add(` X${code}   B `)).toMatchObject({ status: 201, body: { sku: `X${code} B` } });
    });

    it('is taken, and the answer names the product that has it', async () => {
      const code = aCode();
      const { body: mug } = await add(`AB ${code}`);
      for (const spelling of [`ab${code}`, ` AB  ${code} `, `aB${code.toUpperCase()}`])
        expect(await add(spelling)).toMatchObject({
          status: 409,
          body: { type: '/problems/sku-taken', product: { id: mug.id, sku: `AB ${code}`, name: 'Mug' } },
        });
      expect((await add(`ab${code}`)).body.detail).toContain(mug.id);
    });

    it('is added once when both come at the same time', async () => {
      const code = aCode();
      const spellings = [`T ${code}`, `t${code}`, `T  ${code}`, `t ${code} `];
      const answers = await Promise.all(spellings.map((sku) => add(sku)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
      const { id } = answers.find(({ status }) => status === 201)!.body;
      for (const { body } of answers.filter(({ status }) => status === 409))
        expect(body).toMatchObject({ product: { id } });
    });

    it('finds the product, as the SKU of a list and in a search', async () => {
      const code = aCode();
      const name = `Jug ${code}`;
      await add(`Q-1 ${code}`, { name });
      for (const sku of [`q-1${code}`, ` Q-1  ${code}`]) {
        expect(await namesOf(`sku=${encodeURIComponent(sku)}`)).toEqual([name]);
        expect(await namesOf(`query=${encodeURIComponent(sku)}`)).toEqual([name]);
      }
      expect(await namesOf(`sku=${code}`)).toEqual([]);
    });

    it('is no second row of the table, whatever writes it', async () => {
      const sku = `R ${aCode()}`;
      await add(sku);
      const insert = (typed: string, key: string) =>
        environment().query(
          `insert into products (product_id, sku, sku_key, name, name_key, price_amount, price_currency, added_at, search_words)
         values (gen_random_uuid(), $1, $2, 'x', 'x', 1, 'GBP', now(), '')`,
          [typed, key],
        );
      await expect(insert(sku.toLowerCase(), skuKeyOf(sku))).rejects.toThrow('sku_taken');
      await expect(insert(sku.toLowerCase(), 'another key')).rejects.toThrow('sku_normal');
    });
  });

  describe('a product whose SKU changes', () => {
    it('is found by the new one, and the old one is free', async () => {
      const [old, next] = [`O ${aCode()}`, `N ${aCode()}`];
      const { id } = (await add(old)).body;
      expect(await change(id, { sku: ` ${next} ` })).toMatchObject({ status: 200, body: { id, sku: next } });
      expect((await list(`query=${encodeURIComponent(next)}`)).body.items).toMatchObject([{ id }]);
      expect(await add(old)).toMatchObject({ status: 201 });
      expect(await publishedTypes(id)).toEqual(['product.added', 'product.sku-changed']);
    });

    it('can get another spelling of its own', async () => {
      const code = aCode();
      const { id } = (await add(`s${code}`)).body;
      expect(await change(id, { sku: `S ${code}` })).toMatchObject({ status: 200, body: { sku: `S ${code}` } });
      await change(id, { sku: `S  ${code}` });
      expect(await publishedTypes(id)).toEqual(['product.added', 'product.sku-changed']);
    });

    it('gets 409 with the product that has it, and nothing else changes', async () => {
      const [one, other] = [(await add(`A ${aCode()}`)).body, (await add(`B ${aCode()}`)).body];
      expect(await change(other.id, { name: 'Cup', sku: one.sku.toLowerCase() })).toMatchObject({
        status: 409,
        body: { type: '/problems/sku-taken', product: { id: one.id } },
      });
      expect((await environment().call('GET', `/products/${other.id}`)).body).toEqual(other);
    });

    it('gets it alone when two products want it at the same time, or it is added at that time', async () => {
      for (const round of [1, 2, 3, 4, 5]) {
        const wanted = `W ${aCode()}`;
        const products = await Promise.all([1, 2].map(async (nr) => (await add(`${round} ${nr} ${aCode()}`)).body.id));
        const answers = await Promise.all([
          ...products.map((id) => change(id, { sku: wanted })),
          add(wanted.toLowerCase()),
          change(products[0]!, { name: 'Neighbour' }),
        ]);
        expect(
          answers
            .slice(0, 3)
            .map(({ status }) => Math.floor(status / 100))
            .sort(),
        ).toEqual([2, 4, 4]);
        expect(answers.slice(0, 3).filter(({ status }) => status >= 400 && status !== 409)).toEqual([]);
        expect(answers[3]).toMatchObject({ status: 200 });
      }
    });
  });

  describe('an archived product', () => {
    it('is in no list and no search, and is read by its id', async () => {
      const code = aCode();
      const { id, sku } = (await add(`V ${code}`)).body;
      expect(await change(id, { archived: true })).toMatchObject({ status: 200, body: { id, archived: true } });
      for (const query of [`query=${code}`, `sku=V${code}`, `query=${code}&sort=newest`])
        expect(await namesOf(query)).toEqual([]);
      expect(await environment().call('GET', `/products/${id}`)).toMatchObject({
        status: 200,
        body: { archived: true },
      });
      expect((await environment().asAdmin('GET', '/products/archived')).body.items).toMatchObject([
        { id, archived: true },
      ]);
      expect(await add(sku)).toMatchObject({ status: 409, body: { product: { id, archived: true } } });
    });

    it('is for sale again when it is restored, and repeated requests publish nothing', async () => {
      const code = aCode();
      const { id } = (await add(`V ${code}`)).body;
      for (const archived of [true, true, false, false]) await change(id, { archived });
      const { body } = await environment().call('GET', `/products/${id}`);
      expect(body).not.toHaveProperty('archived');
      expect((await list(`query=${code}`)).body.items).toEqual([body]);
      expect(await publishedTypes(id)).toEqual(['product.added', 'product.archived', 'product.restored']);
    });

    it('has a stock that can be adjusted', async () => {
      const { id } = (await add(aCode())).body;
      await change(id, { archived: true });
      expect(
        await environment().asAdmin('POST', `/products/${id}/stock-adjustments`, { delta: -2, reason: 'counted' }),
      ).toMatchObject({ status: 201, body: { available: 3, archived: true } });
    });

    it('is reserved and sold for orders that were accepted before', async () => {
      const { id } = (await add(aCode())).body;
      const [open, late] = [randomUUID(), randomUUID()];
      await environment().send(reserve(open, line(id, 2)));
      await environment().repliesTo(open, 1);
      await change(id, { archived: true });
      // `late` was accepted with a copy from before: it goes on to its end as well.
      await environment().send(sell(open), reserve(late, line(id, 3)), sell(late));
      expect(await environment().repliesTo(open, 2)).toEqual(['stock.reserved', 'stock.sold']);
      expect(await environment().repliesTo(late, 2)).toEqual(['stock.reserved', 'stock.sold']);
      expect(await environment().stockLevelOf(id)).toEqual({ available: 0, reserved: 0, sold: 5 });
    });

    it.each([null, 'yes', 1])('is not made by %j', async (archived) =>
      expect((await change((await add(aCode())).body.id, { archived })).status).toBe(400),
    );
  });

  describe('the availability of a product', () => {
    it('is published when it passes 1, 10, 100 pieces, and not for each order', async () => {
      const { id } = (await add(aCode(), { stock: 12 })).body;
      const adjust = (delta: number) =>
        environment().asAdmin('POST', `/products/${id}/stock-adjustments`, { delta, reason: 'counted' });
      const orders = Array.from({ length: 4 }, () => randomUUID());
      // 12 → 11 → 10 → 9 → 8 → 9 → 10
      await environment().send(...orders.map((order) => reserve(order, line(id, 1))));
      for (const order of orders) await environment().repliesTo(order, 1);
      await environment().send(sell(orders[0]!), release(orders[1]!), release(orders[2]!), takeBack(orders[0]!));
      for (const order of orders.slice(0, 3)) await environment().repliesTo(order, order === orders[0] ? 3 : 2);
      await adjust(-11);
      await adjust(105);
      const changes = (await environment().published(topics.productEvents.name, id))
        .filter(({ type }) => type === 'product.availability-changed')
        .map(({ payload }) => (JSON.parse(payload) as { atLeast: number }).atLeast);
      expect(changes).toEqual([1, 10, 0, 100]);
    });
  });

  describe('a list in an order', () => {
    const word = `w${aCode()}`;
    const articles = [
      ['c', 'Zebra cup', 300],
      ['A', 'apple cup', 100],
      ['b', 'Äpfel cup', 100],
      ['D', 'Mug', 200],
    ] as const;
    const expected = {
      sku: ['apple cup', 'Äpfel cup', 'Zebra cup', 'Mug'],
      name: ['Äpfel cup', 'apple cup', 'Mug', 'Zebra cup'],
      '-name': ['Zebra cup', 'Mug', 'apple cup', 'Äpfel cup'],
      price: ['apple cup', 'Äpfel cup', 'Mug', 'Zebra cup'],
      '-price': ['Zebra cup', 'Mug', 'Äpfel cup', 'apple cup'],
      newest: ['Mug', 'Äpfel cup', 'apple cup', 'Zebra cup'],
    };
    beforeAll(async () => {
      for (const [code, name, price] of articles) await add(`${code} ${word}`, { name, price: pence(price) });
    });

    it.each(Object.entries(expected))('is sorted by %s, also page by page', async (sort, names) => {
      expect(await namesOf(`query=${word}&sort=${sort}`)).toEqual(names);
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const after: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
        const { body } = await list(`query=${word}&sort=${sort}&limit=1${after}`);
        seen.push(...body.items.map(({ name }) => name));
        cursor = body.nextCursor;
      }
      expect(seen).toEqual(names);
    });

    it('has each product once while the product of the cursor changes', async () => {
      const first = await list(`query=${word}&sort=price&limit=2`);
      const last = first.body.items[1]!;
      await change(last.id, { price: pence(900) });
      const second = await list(
        `query=${word}&sort=price&limit=2&cursor=${encodeURIComponent(first.body.nextCursor!)}`,
      );
      expect(second.body.items.map(({ name }) => name)).toEqual(['Mug', 'Zebra cup']);
      await change(last.id, { price: pence(100) });
    });

    it('rejects a cursor of another order, and names both', async () => {
      const { nextCursor } = (await list(`query=${word}&sort=price&limit=1`)).body;
      const answer = await list(`query=${word}&sort=name&limit=1&cursor=${encodeURIComponent(nextCursor!)}`);
      expect(answer.status).toBe(400);
      expect(answer.body.detail).toMatch(/^cursor is of a list with sort=price.*sort=name/);
    });

    const encoded = (values: unknown): string => Buffer.from(JSON.stringify(values)).toString('base64url');
    it.each([
      'sort=stock',
      'sort=',
      'sort=name&sort=sku',
      'cursor=abc',
      'cursor=sku.abc',
      `cursor=sku.${encoded(['a'])}`,
      `cursor=sku.${encoded(['a\0', '01991234-5678-7000-8000-00000000000e'])}`,
      `cursor=sku.${encoded(['\ud800', '01991234-5678-7000-8000-00000000000e'])}`,
      `sort=price&cursor=price.${encoded(['1', '01991234-5678-7000-8000-00000000000e'])}`,
      `sort=newest&cursor=newest.${encoded(["' or 1"])}`,
      'sku=a/b',
    ])('rejects ?%s', async (query) => expect((await list(query)).status).toBe(400));
  });
};
