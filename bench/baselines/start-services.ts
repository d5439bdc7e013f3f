import { freePorts } from '../../tools/platform/process/ports.js';
import { startServices } from '../environment/child.js';
import { createDatabase, type Migrations } from '../environment/databases.js';
import type { OrderCounts, ShopEnvironment, ShopUnderTest } from '../orders/shop-under-test.js';

export const serviceNames = ['order', 'product', 'payment'] as const;
export type ServiceName = (typeof serviceNames)[number];
export type Urls = Readonly<Record<ServiceName, string>>;

/** The products of the environment, as JSON in the first parameter: a table of SQL. */
export const productRows = `jsonb_to_recordset($1::jsonb) as p("productId" uuid, sku text, name text, price jsonb, stock int)`;

export interface ThreeServices {
  /** The prefix of its databases. */
  readonly name: string;
  readonly fileOf: (service: ServiceName) => URL;
  readonly migrationsOf?: (service: ServiceName) => Migrations;
  readonly outcomesTopic: string | undefined;
  /** Writes the products to the databases, when the services run. */
  readonly addProducts: (urls: Urls) => Promise<void>;
  readonly audit: (urls: Urls) => Promise<OrderCounts>;
}

/** Starts a shop of three services, each a process with a database of its own. */
export async function startThreeServices(
  { name, fileOf, migrationsOf, outcomesTopic, addProducts, audit }: ThreeServices,
  { brokers, postgresUrl, folder }: ShopEnvironment,
): Promise<ShopUnderTest> {
  const urls: Record<ServiceName, string> = { order: '', product: '', payment: '' };
  for (const service of serviceNames)
    urls[service] = await createDatabase(postgresUrl, `${name}_${service}`, migrationsOf?.(service));
  const ports = await freePorts(serviceNames.length);
  const [orderUrl, PRODUCT_URL = '', PAYMENT_URL = ''] = ports.map((port) => `http://127.0.0.1:${port}`);
  const programs = serviceNames.map((service, index) => {
    const own = { SERVICE: service, DATABASE_URL: urls[service], PORT: String(ports[index]) };
    return { name: service, file: fileOf(service), env: { ...own, KAFKA_BROKERS: brokers, PRODUCT_URL, PAYMENT_URL } };
  });
  const services = await startServices(programs, folder);
  await addProducts(urls);
  return {
    ordersUrl: `${orderUrl}/orders`,
    processes: services.processes,
    outcomesTopic,
    audit: () => {
      services.check();
      return audit(urls);
    },
    stop: () => services.stop(),
  };
}
