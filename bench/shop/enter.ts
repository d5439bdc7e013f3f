import { runAudit, reportLines } from '../../tools/ops/main.js';
import type { Shop, ShopOptions } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { hold } from '../ground/bench-life.js';
import type { Audited, Contestant, Enter, Place } from '../ground/contestant.js';
import { factsOf } from './books.js';
import { logInBuyers, stock } from './stock.js';

export interface ShopSettings {
  readonly name: string;
  /** Whether orders are posted to the gateway, and not to the order service itself. */
  readonly throughGateway: boolean;
  /** Whether the payment provider is a process of its own; else it is in the payment service's and answers at once. */
  readonly providerApart: boolean;
}

/** Seconds in which no buyer logs in again. */
const wholeBench = 86_400;

/** The shop of this repository as a contestant: everything as `npm start` starts it, on the platform that it is given. */
export const shopAs =
  (settings: ShopSettings): Enter =>
  async (place: Place): Promise<Contestant> => {
    const shop = await openShop(settings, place);
    try {
      return await contestantOf(shop, settings, await stock(shop, place.products));
    } catch (error) {
      await shop.stop();
      throw error;
    }
  };

/** An empty shop on the platform that it is given. It ends with the bench, also while it starts. */
export async function openShop(
  { providerApart }: Pick<ShopSettings, 'providerApart'>,
  { postgresUrl, brokers }: Pick<Place, 'postgresUrl' | 'brokers'>,
  options: Pick<ShopOptions, 'env'> = {},
): Promise<Shop> {
  const ending = new AbortController();
  const starting = startShop({
    ports: 'free',
    databaseUrl: postgresUrl,
    kafkaBrokers: brokers,
    signal: ending.signal,
    ...options,
    env: { ...options.env, user: { ACCESS_TOKEN_SECONDS: String(wholeBench), ...options.env?.user } },
    ...(!providerApart && { programs: { payment: 'dist/bench/shop/payment.js' } }),
  });
  const stop = hold(async () => {
    ending.abort(new Error('the bench ends'));
    const [started] = await Promise.allSettled([starting]); // one that does not start says so below
    if (started.status === 'fulfilled') await started.value.stop();
  });
  try {
    return { ...(await starting), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A shop with goods in it as it runs now: its processes, and its buyers logged in. */
export async function contestantOf(
  shop: Shop,
  { name, throughGateway, providerApart }: ShopSettings,
  productIds: readonly string[],
): Promise<Contestant> {
  return {
    name,
    ordersUrl: `${throughGateway ? shop.gatewayUrl : urlOf(shop, 'order')}/orders`,
    outcomes: 'order.events',
    tokens: await logInBuyers(shop),
    productIds,
    processes: new Map([...shop.kept].flatMap(([kept, { pid }]) => (pid === undefined ? [] : [[kept, pid] as const]))),
    audit: () => audit(shop, providerApart),
    stop: () => shop.stop(),
  };
}

/** Where a service itself answers, past the gateway. */
export const urlOf = (shop: Shop, service: string): string =>
  shop.instances.find((instance) => instance.service === service)!.url;

async function audit({ databases, kafkaBrokers: brokers, state }: Shop, providerApart: boolean): Promise<Audited> {
  const report = await runAudit({
    databases,
    brokers,
    ...(providerApart && { providerLog: state.providerLog }),
    waitSeconds: 120,
    log: () => undefined,
  });
  if (!report.clean) throw new Error(`the audit is not clean:\n${reportLines(report).slice(0, 40).join('\n')}`);
  return factsOf(databases.order);
}
