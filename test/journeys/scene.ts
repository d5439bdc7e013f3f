import { readFileSync } from 'node:fs';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { Client } from './client.js';
import { aPerson, logIn, type Person } from './people.js';

/** What every story begins with: a shop that runs, its admin, and a buyer. */
export interface Scene {
  readonly shop: Shop;
  readonly nobody: Client;
  readonly admin: Person;
  readonly ann: Person;
}

export async function setScene(shop: Shop): Promise<Scene> {
  const { gatewayUrl: url, admin } = shop;
  return {
    shop,
    nobody: new Client(url),
    admin: await logIn(url, admin.email, admin.password),
    ann: await aPerson(url),
  };
}

interface Operation {
  readonly operation: 'take' | 'decline' | 'refund' | 'void';
  readonly key: string;
  readonly amount: number;
}

/** What the payment provider has written down of an order: the outside truth about money. */
export const providerOf = (shop: Shop, orderId: string): Operation[] =>
  readFileSync(shop.state.providerLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(orderId))
    .map((line) => JSON.parse(line) as Operation);
