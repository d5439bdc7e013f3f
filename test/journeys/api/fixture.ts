import { readFileSync } from 'node:fs';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { Client } from './client.js';
import { aCustomer, logIn, type Customer } from './customers.js';

/** A running shop, its admin and a buyer. */
export interface ShopFixture {
  readonly shop: Shop;
  readonly anonymous: Client;
  readonly admin: Customer;
  readonly ann: Customer;
}

export async function openFixture(shop: Shop): Promise<ShopFixture> {
  const { gatewayUrl: url, admin } = shop;
  return {
    shop,
    anonymous: new Client(url),
    admin: await logIn(url, admin.email, admin.password),
    ann: await aCustomer(url),
  };
}

interface Operation {
  readonly operation: 'take' | 'decline' | 'refund' | 'void';
  readonly key: string;
  readonly amount: number;
}

/** The operations in the payment provider's own log that belong to an order. */
export const providerOperations = (shop: Shop, orderId: string): Operation[] =>
  readFileSync(shop.state.providerLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(orderId))
    .map((line) => JSON.parse(line) as Operation);
