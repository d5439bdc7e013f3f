import { runAudit, reportLines } from '../../tools/audit/index.js';
import type { Shop, ShopOptions } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { closeAtExit } from '../environment/cleanup.js';
import { countOrders, addProducts, logInBuyers } from './shop-data.js';
import { tracingTo } from './trace-sink.js';
import type { OrderCounts, ShopEnvironment, ShopUnderTest, StartShop } from './shop-under-test.js';

export interface ShopSettings {
  /** Whether orders are posted to the gateway, and not directly to the order service. */
  readonly throughGateway?: boolean;
  /** Whether the payment provider is a process of its own; otherwise it is in the payment service and answers at once. */
  readonly separateProvider?: boolean;
  /** The share of traces that are exported; without it, tracing is off. */
  readonly traced?: number;
}

/** Seconds: longer than any bench, so that no buyer logs in again. */
const tokenLifetime = 86_400;

/** The shop of this repository, as `npm start` starts it. */
export const shopWith =
  (settings: ShopSettings): StartShop =>
  async (environment) => {
    const env = settings.traced === undefined ? {} : await tracingTo(settings.traced);
    const shop = await openShop(settings, environment, { env });
    return underTest(shop, settings, await addProducts(shop, environment.products));
  };

/** Starts an empty shop. It stops with the bench; during the start its own reaper ends it. */
export async function openShop(
  { separateProvider = false }: ShopSettings,
  { postgresUrl, brokers }: Pick<ShopEnvironment, 'postgresUrl' | 'brokers'>,
  options: Pick<ShopOptions, 'env'> = {},
): Promise<Shop> {
  const shop = await startShop({
    ports: 'free',
    bundled: true,
    databaseUrl: postgresUrl,
    kafkaBrokers: brokers,
    ...options,
    env: { ...options.env, user: { ACCESS_TOKEN_SECONDS: String(tokenLifetime), ...options.env?.user } },
    ...(!separateProvider && { programs: { payment: 'dist/bench/orders/payment-service.js' } }),
  });
  return { ...shop, stop: closeAtExit(() => shop.stop()) };
}

/** A running shop with products, and its processes as they are now. */
export const underTest = async (
  shop: Shop,
  { throughGateway = false, separateProvider = false }: ShopSettings,
  productIds: readonly string[],
): Promise<ShopUnderTest> => ({
  ordersUrl: `${throughGateway ? shop.gatewayUrl : urlOf(shop, 'order')}/orders`,
  outcomesTopic: 'order.events',
  tokens: await logInBuyers(shop),
  productIds,
  processes: new Map(
    [...shop.processes].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const])),
  ),
  audit: () => audit(shop, separateProvider),
  stop: () => shop.stop(),
});

/** The URL of a service itself, without the gateway. */
export const urlOf = (shop: Shop, service: string): string =>
  shop.instances.find((instance) => instance.service === service)!.url;

async function audit({ databases, kafkaBrokers, state }: Shop, separateProvider: boolean): Promise<OrderCounts> {
  const report = await runAudit({
    databases,
    brokers: kafkaBrokers,
    ...(separateProvider && { providerLog: state.providerLog }),
    waitSeconds: 120,
    log: () => undefined,
  });
  if (!report.clean) throw new Error(`the audit is not clean:\n${reportLines(report).slice(0, 40).join('\n')}`);
  return countOrders(databases.order);
}
