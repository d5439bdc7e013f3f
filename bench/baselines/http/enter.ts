import { freePorts } from '../../../tools/platform/process/ports.js';
import type { Contestant, Place } from '../../ground/contestant.js';
import { Services } from '../../ground/services.js';
import { audit, createDatabases, fill, serviceNames } from '../nest-shop/shop-books.js';

/**
 * The shop as services that call each other: whoever posts an order waits until stock, payment and order have answered one after another.
 * No broker and no message; what fails half-way is undone as well as it goes.
 */
export async function enterHttp({ postgresUrl, products, folder }: Place): Promise<Contestant> {
  const urls = await createDatabases(postgresUrl, 'http');
  const ports = await freePorts(serviceNames.length);
  const [orderUrl, PRODUCT_URL, PAYMENT_URL] = ports.map((port) => `http://127.0.0.1:${port}`) as [
    string,
    string,
    string,
  ];
  const programs = serviceNames.map((name, index) => ({
    name,
    file: new URL(`${name}/main.js`, import.meta.url),
    env: { DATABASE_URL: urls[name], PORT: String(ports[index]), PRODUCT_URL, PAYMENT_URL },
  }));
  const services = await Services.start(programs, folder);
  await fill(urls, products);
  return {
    name: 'http',
    ordersUrl: `${orderUrl}/orders`,
    processes: services.processes,
    outcomes: undefined,
    audit: () => {
      services.check();
      return audit(urls, products);
    },
    stop: () => services.stop(),
  };
}
