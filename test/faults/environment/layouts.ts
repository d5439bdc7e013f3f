import type { ShopOptions } from '../../../tools/platform/shop/shop.js';

export type LayoutName = 'usual' | 'three brokers' | 'few connections' | 'skewed clocks';

export interface Layout {
  readonly shop: Pick<ShopOptions, 'scale' | 'kafka' | 'postgres'>;
  /** Clock skew of services, in milliseconds. Tokens live 15 minutes, so all services that check them have the same skew as the one that issues them. */
  readonly clockSkew?: Readonly<Record<string, number>>;
}

/** The services that take part in the saga of an order. */
export const participants = ['order', 'product', 'payment'] as const;

const hour = 3_600_000;

/** The shops that faults run on. */
export const layouts: Readonly<Record<LayoutName, Layout>> = {
  usual: { shop: { scale: Object.fromEntries(participants.map((name) => [name, 2])) } },
  'three brokers': { shop: { kafka: { nodes: 3 } } },
  'few connections': { shop: { postgres: { settings: { max_connections: '60' } } } },
  'skewed clocks': { shop: {}, clockSkew: { user: hour, cart: hour, order: hour, gateway: hour, product: -hour } },
};
