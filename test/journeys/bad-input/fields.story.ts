import { beforeAll, describe, expect, it } from '@jest/globals';
import type { FieldError, ProblemBody } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import type { Answer } from '../client.js';
import { aKey, aProduct, orderAndWait, putIn } from '../people.js';
import type { Scene } from '../scene.js';
import type { Page, Payment } from '../views.js';
import { badValues, withField } from './bad-values.js';
import { everythingSaid, openSagas } from './effects.js';
import { wishes, type AtHand, type Wish } from './wishes.js';

interface Attempt {
  readonly what: string;
  readonly field: string;
  readonly body: unknown;
}

/** Every way in which one field is wrong, and nothing else. */
function attemptsOf({ fields, body }: Wish, at: AtHand): Attempt[] {
  const sound = body(at);
  const holders = [
    '',
    ...Object.keys(fields)
      .filter((path) => fields[path]!.is === 'object')
      .map((path) => `${path}.`),
    ...('items.0.quantity' in fields ? ['items.0.'] : []),
  ];
  return [
    ...Object.entries(fields).flatMap(([field, kind]) =>
      badValues(kind).map((value) => ({
        what: `${field} = ${JSON.stringify(value).slice(0, 40)}`,
        field,
        body: withField(sound, field, value),
      })),
    ),
    ...Object.entries(fields).flatMap(([field, kind]) =>
      kind.optional ? [] : [{ what: `without ${field}`, field, body: withField(sound, field, undefined) }],
    ),
    ...holders.map((holder) => ({
      what: `an unknown field ${holder}admin`,
      field: `${holder}admin`,
      body: withField(sound, `${holder}admin`, true),
    })),
  ];
}

const isAbout =
  (field: string) =>
  (error: FieldError): boolean =>
    error.field === field || error.field.startsWith(`${field}.`);

/** What is wrong with the answer to something wrong. */
function faultOf({ status, headers, body }: Answer<ProblemBody>, field: string): string | undefined {
  if (status !== 400 && status !== 422) return `answers ${status}`;
  if (!headers.get('content-type')?.startsWith('application/problem+json'))
    return `is no problem: ${headers.get('content-type')}`;
  if (!body.errors?.some(isAbout(field))) return `names ${JSON.stringify(body.errors)}`;
  return undefined;
}

export const fields = (scene: () => Scene): void => {
  let at: AtHand;
  let before: number;
  beforeAll(async () => {
    const { admin, ann, shop } = scene();
    const product = await aProduct(admin);
    const { id: orderId } = await orderAndWait(ann, product);
    await putIn(ann, product);
    const { body } = await admin.get<Page<Payment>>(`/payments?orderId=${orderId}`);
    at = { productId: product.id, orderId, paymentId: body.items[0]!.id };
    await eventually(async () => (await openSagas(shop)) === 0);
    before = await everythingSaid(shop);
  });

  describe.each(wishes)('a body of $route', (wish) => {
    it('with a field that is wrong is refused with the name of the field', async () => {
      const client = scene()[wish.who];
      const [method = ''] = wish.route.split(' ');
      const faults: string[] = [];
      for (const { what, field, body } of attemptsOf(wish, at)) {
        const fault = faultOf(
          await client.send<ProblemBody>(method, wish.path(at), body, { 'idempotency-key': aKey() }),
          field,
        );
        if (fault !== undefined) faults.push(`${what} ${fault}`);
      }
      expect(faults).toEqual([]);
    });
  });

  describe('a query, a path or a header', () => {
    const calls: [
      who: 'nobody' | 'ann' | 'admin',
      method: string,
      path: string,
      field: string,
      headers?: Record<string, string>,
    ][] = [
      ...['0', '101', '-1', '1.5', '1e308', 'x', '', '9007199254740993'].map(
        (limit): [who: 'ann', string, string, string] => ['ann', 'GET', `/orders?limit=${limit}`, 'limit'],
      ),
      ['ann', 'GET', '/orders?limit=1&limit=2', 'limit'],
      ['ann', 'GET', '/orders?cursor=x', 'cursor'],
      ['ann', 'GET', '/orders?cursor=a%00', 'cursor'],
      ['ann', 'GET', '/orders?admin=true', 'admin'],
      ['nobody', 'GET', `/products?query=${'x'.repeat(201)}`, 'query'],
      ['nobody', 'GET', '/products?query=a%00b', 'query'],
      ['nobody', 'GET', '/products?query=a&query=b', 'query'],
      ['nobody', 'GET', `/products?cursor=${'x'.repeat(301)}`, 'cursor'],
      ['admin', 'GET', '/payments?orderId=x', 'orderId'],
      ['admin', 'GET', '/payments?cursor=x', 'cursor'],
      ['nobody', 'GET', '/products/x', 'id'],
      ['nobody', 'GET', '/products/01991234-5678-7000-8000-00000000000A', 'id'],
      ['ann', 'GET', '/orders/%00', 'id'],
      ['ann', 'GET', '/orders/x/events', 'id'],
      ['ann', 'POST', '/orders/x/cancel', 'id'],
      ['ann', 'DELETE', '/cart/items/x', 'productId'],
      ['ann', 'POST', '/cart/checkout', 'Idempotency-Key'],
      ['ann', 'POST', '/orders', 'Idempotency-Key', { 'idempotency-key': 'x'.repeat(101) }],
      ['ann', 'POST', '/orders', 'Idempotency-Key', { 'idempotency-key': 'a b' }],
    ];
    it.each(calls.map(([who, method, path, field, headers]) => ({ who, method, path, field, headers })))(
      'that is wrong is refused: $method $path names $field',
      async ({ who, method, path, field, headers }) => {
        const wish = wishes.find(({ route }) => route === `${method} ${path}`);
        expect(
          faultOf(await scene()[who].send<ProblemBody>(method, path, wish?.body(at), headers), field),
        ).toBeUndefined();
      },
    );

    it("that can't be read at all is refused", async () => {
      const { ann } = scene();
      expect(await ann.get('/orders/%zz')).toMatchObject({ status: 400, body: { status: 400 } });
      expect(await ann.get(`/orders/${at.orderId}/events`, { 'last-event-id': 'x' })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'Last-Event-ID' }] },
      });
    });
  });

  describe('all of that', () => {
    it('has had no effect: no service has said a word', async () =>
      expect(await everythingSaid(scene().shop)).toBe(before));
  });
};
