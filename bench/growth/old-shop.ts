import type { Shop } from '../../tools/platform/shop/shop.js';
import type { Audited, Contestant, Place } from '../ground/contestant.js';
import { rowsOf } from '../ground/databases.js';
import { Load } from '../saga/load.js';
import { factsOf } from '../shop/books.js';
import { contestantOf, openShop, type ShopSettings } from '../shop/enter.js';
import { stock } from '../shop/stock.js';
import { seedPast } from './seed-past.js';

export interface OldShop {
  readonly contestant: Contestant;
  readonly shop: Shop;
  /** What has become of the past orders, those among them that were played. */
  readonly past: Audited;
  /** Bytes of all databases together. */
  readonly databaseBytes: number;
}

export interface Past {
  /** Orders that buyers place before anything else: the stories that the past is made of. */
  readonly played: number;
  /** How many more there are to be. */
  readonly copies: number;
}

/** As `bench:saga` measures it. */
const settings: ShopSettings = { name: 'shop', throughGateway: false, providerApart: false };
/** Those that keep something about orders. */
const services = ['product', 'cart', 'order', 'payment'];
const size = `select sum(pg_database_size(oid))::float8 as bytes from pg_database where not datistemplate`;

/** A shop that has had so many orders: some that buyers placed, and copies of these. Its services were stopped meanwhile. */
export async function openOldShop(
  place: Place,
  { played, copies }: Past,
  say: (line: string) => void,
): Promise<OldShop> {
  const shop = await openShop(settings, place);
  try {
    const productIds = await stock(shop, place.products);
    await play(await contestantOf(shop, settings, productIds), place, played);
    await Promise.all(services.map((service) => shop.stopOne(service)));
    const { databases, kafkaBrokers: brokers } = shop;
    await seedPast({ databases, brokers, orders: copies, say });
    await Promise.all(services.map((service) => shop.startOne(service)));
    const [{ bytes } = { bytes: 0 }] = await rowsOf<{ bytes: number }>(place.postgresUrl, size);
    return {
      contestant: await contestantOf(shop, settings, productIds),
      shop,
      past: await factsOf(databases.order),
      databaseBytes: bytes,
    };
  } catch (error) {
    await shop.stop();
    throw error;
  }
}

/** Every outcome must be among them, and nothing may be under way afterwards. */
async function play(contestant: Contestant, { products, brokers }: Place, orders: number): Promise<void> {
  const load = await Load.open(contestant, products, brokers);
  try {
    load.burst(orders);
    await load.settle();
  } finally {
    await load.close();
  }
  const { confirmed, outOfStock, declined } = await contestant.audit();
  if (confirmed * outOfStock * declined === 0)
    throw new Error(
      `of ${orders} orders ${confirmed} were confirmed, ${outOfStock} were out of stock and ${declined} declined: some of each are needed`,
    );
}
