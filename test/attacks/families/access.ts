import type { Client } from '../../journeys/api/client.js';
import { aKey } from '../../journeys/api/customers.js';
import type { Attack, AttackedShop } from '../attack.js';
import type { Operation } from '../operations.js';

const send = (client: Client, { method, path, body, needsKey }: Operation, shop: AttackedShop) =>
  client.send(
    method,
    path.replaceAll(/\{\w+\}/g, () => shop.idFor(path)),
    body,
    needsKey ? { 'idempotency-key': aKey() } : {},
  );

const expected = (status: number, allowed: readonly number[]): string | undefined =>
  allowed.includes(status) ? undefined : `is answered ${status}, expected ${allowed.join(' or ')}`;

/** Every operation without a token, and every operation of the staff as a customer. */
export const functionLevel: Attack = {
  name: 'function level',
  async run(shop, report) {
    for (const operation of shop.operations.filter(({ callers }) => callers !== 'everybody')) {
      const { method, path, callers } = operation;
      report(
        `${method} ${path} without a token`,
        expected((await send(shop.anonymous, operation, shop)).status, [401]),
      );
      if (callers === 'staff')
        report(`${method} ${path} as a customer`, expected((await send(shop.stranger, operation, shop)).status, [403]));
    }
  },
};

/** Every operation about an object as another customer. Names of products are public. */
export const objectLevel: Attack = {
  name: 'object level',
  async run(shop, report) {
    const about = shop.operations.filter(({ callers, path }) => callers === 'customers' && /^\/orders\/\{/.test(path));
    // each answer comes only after the wait for an order that does not exist yet
    const statuses = await Promise.all(about.map((operation) => send(shop.stranger, operation, shop)));
    about.forEach(({ method, path }, at) =>
      report(`${method} ${path} of another customer`, expected(statuses[at]!.status, [404])),
    );
    if (about.length === 0) report('operations about an order', 'are not in the document');
  },
};
