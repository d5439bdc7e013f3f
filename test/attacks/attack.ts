import type { SeededRandom } from '../../tools/shop/retail/seeded-random.js';
import type { Client } from '../journeys/api/client.js';
import type { Customer } from '../journeys/api/customers.js';
import type { Operation } from './operations.js';

/** A running shop with what belongs to one of its customers. */
export interface AttackedShop {
  readonly anonymous: Client;
  readonly admin: Customer;
  /** Owns the objects. */
  readonly owner: Customer;
  /** Another customer: may do nothing with them. */
  readonly stranger: Customer;
  /** The owner's objects, by the name of the path's parameter: `/orders/{id}` is an order. */
  readonly idFor: (path: string) => string;
  /** Every operation of the shop's OpenAPI document. */
  readonly operations: readonly Operation[];
  readonly random: SeededRandom;
}

/** Reports a try, and what is wrong with its result, if anything is. */
export type Report = (what: string, wrong: string | undefined) => void;

/** A family of attacks. To add one: a file in `families/`, and its entry in `families/index.ts`. */
export interface Attack {
  readonly name: string;
  run(shop: AttackedShop, report: Report): Promise<void>;
}
