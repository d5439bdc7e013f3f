import { beforeAll, describe, expect, it } from '@jest/globals';
import type { FieldError, ProblemBody } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import type { ApiResponse } from '../api/client.js';
import { aKey, aProduct, placeOrderAndWait, putInCart } from '../api/customers.js';
import type { ShopFixture } from '../api/fixture.js';
import type { Page, Payment } from '../api/responses.js';
import { badValues, withField } from './bad-values.js';
import { countPublishedMessages, countRunningSagas } from './side-effects.js';
import { serviceParts } from '../../services/index.js';
import type { Ids, RequestSample } from '../../services/request-sample.js';

/** Every DTO of the public API, with the documented rules of its fields. */
const requestSamples = Object.values(serviceParts).flatMap(({ api }) => api?.bodies ?? []);

interface Attempt {
  readonly what: string;
  readonly field: string;
  readonly body: unknown;
}

/** All bodies in which exactly one field is invalid. */
function attemptsOf({ fields, body }: RequestSample, at: Ids): Attempt[] {
  const valid = body(at);
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
        body: withField(valid, field, value),
      })),
    ),
    ...Object.entries(fields).flatMap(([field, kind]) =>
      kind.optional ? [] : [{ what: `without ${field}`, field, body: withField(valid, field, undefined) }],
    ),
    ...holders.map((holder) => ({
      what: `an unknown field ${holder}admin`,
      field: `${holder}admin`,
      body: withField(valid, `${holder}admin`, true),
    })),
  ];
}

const isAbout =
  (field: string) =>
  (error: FieldError): boolean =>
    error.field === field || error.field.startsWith(`${field}.`);

/** What is wrong with the response to an invalid request, or undefined. */
function faultOf({ status, headers, body }: ApiResponse<ProblemBody>, field: string): string | undefined {
  if (status !== 400 && status !== 422) return `has status ${status}`;
  if (!headers.get('content-type')?.startsWith('application/problem+json'))
    return `is not a problem document: ${headers.get('content-type')}`;
  if (!body.errors?.some(isAbout(field))) return `names ${JSON.stringify(body.errors)}`;
  return undefined;
}

export const fields = (fixture: () => ShopFixture): void => {
  let at: Ids;
  let before: number;
  beforeAll(async () => {
    const { admin, ann, shop } = fixture();
    const product = await aProduct(admin);
    const { id: orderId } = await placeOrderAndWait(ann, product);
    await putInCart(ann, product);
    const { body } = await admin.get<Page<Payment>>(`/payments?orderId=${orderId}`);
    at = { productId: product.id, orderId, paymentId: body.items[0]!.id };
    await eventually(async () => (await countRunningSagas(shop)) === 0);
    before = await countPublishedMessages(shop);
  });

  describe.each(requestSamples)('a body of $route', (sample) => {
    it('with an invalid field is rejected with the name of the field', async () => {
      const client = fixture()[sample.client];
      const [method = ''] = sample.route.split(' ');
      const faults: string[] = [];
      for (const { what, field, body } of attemptsOf(sample, at)) {
        const fault = faultOf(
          await client.send<ProblemBody>(method, sample.path(at), body, { 'idempotency-key': aKey() }),
          field,
        );
        if (fault !== undefined) faults.push(`${what} ${fault}`);
      }
      expect(faults).toEqual([]);
    });
  });

  describe('a query, a path or a header', () => {
    const calls: [
      client: 'anonymous' | 'ann' | 'admin',
      method: string,
      path: string,
      field: string,
      headers?: Record<string, string>,
    ][] = [
      ...['0', '101', '-1', '1.5', '1e308', 'x', '', '9007199254740993'].map(
        (limit): [client: 'ann', string, string, string] => ['ann', 'GET', `/orders?limit=${limit}`, 'limit'],
      ),
      ['ann', 'GET', '/orders?limit=1&limit=2', 'limit'],
      ['ann', 'GET', '/orders?cursor=x', 'cursor'],
      ['ann', 'GET', '/orders?cursor=a%00', 'cursor'],
      ['ann', 'GET', '/orders?admin=true', 'admin'],
      ['anonymous', 'GET', `/products?query=${'x'.repeat(201)}`, 'query'],
      ['anonymous', 'GET', '/products?query=a%00b', 'query'],
      ['anonymous', 'GET', '/products?query=a&query=b', 'query'],
      ['anonymous', 'GET', `/products?cursor=${'x'.repeat(301)}`, 'cursor'],
      ['anonymous', 'GET', '/products?sort=stock', 'sort'],
      ['anonymous', 'GET', '/products?sku=a/b', 'sku'],
      ['anonymous', 'GET', '/products?sort=name&cursor=price.W10', 'cursor'],
      ['admin', 'GET', '/products/01991234-5678-7000-8000-00000000000a/stock-changes?cursor=x', 'cursor'],
      ['admin', 'GET', '/payments?orderId=x', 'orderId'],
      ['admin', 'GET', '/payments?cursor=x', 'cursor'],
      ['admin', 'GET', '/staff/orders?status=lost', 'status'],
      ['admin', 'GET', '/staff/orders?userId=x', 'userId'],
      ['admin', 'GET', '/staff/orders?from=2026-03-01', 'from'],
      ['admin', 'GET', '/staff/orders?to=x', 'to'],
      ['admin', 'GET', '/staff/orders?cursor=x', 'cursor'],
      ['anonymous', 'GET', '/products/x', 'id'],
      ['anonymous', 'GET', '/products/01991234-5678-7000-8000-00000000000A', 'id'],
      ['ann', 'GET', '/orders/%00', 'id'],
      ['ann', 'GET', '/orders/x/events', 'id'],
      ['ann', 'POST', '/orders/x/cancel', 'id'],
      ['ann', 'DELETE', '/cart/items/x', 'productId'],
      ['ann', 'POST', '/cart/checkout', 'Idempotency-Key'],
      ['ann', 'POST', '/orders', 'Idempotency-Key', { 'idempotency-key': 'x'.repeat(101) }],
      ['ann', 'POST', '/orders', 'Idempotency-Key', { 'idempotency-key': 'a b' }],
    ];
    it.each(calls.map(([client, method, path, field, headers]) => ({ client, method, path, field, headers })))(
      'that is invalid is rejected: $method $path names $field',
      async ({ client, method, path, field, headers }) => {
        const sample = requestSamples.find(({ route }) => route === `${method} ${path}`);
        expect(
          faultOf(await fixture()[client].send<ProblemBody>(method, path, sample?.body(at), headers), field),
        ).toBeUndefined();
      },
    );

    it('with a method that the path does not have is rejected: a name beside the ids is no id', async () => {
      const { status, headers } = await fixture().admin.patch('/products/archived', { name: 'x' });
      expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET, HEAD' });
    });

    it('that cannot be parsed is rejected', async () => {
      const { ann } = fixture();
      expect(await ann.get('/orders/%zz')).toMatchObject({ status: 400, body: { status: 400 } });
      expect(await ann.get(`/orders/${at.orderId}/events`, { 'last-event-id': 'x' })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'Last-Event-ID' }] },
      });
    });
  });

  describe('all these requests', () => {
    it('have no effect: no service has published a message', async () =>
      expect(await countPublishedMessages(fixture().shop)).toBe(before));
  });
};
