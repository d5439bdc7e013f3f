import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ShopOptions } from '../../tools/platform/shop/shop.js';
import { serviceNames } from '../../tools/services.js';

/** The settings of services that export this share of traces to a collector of the bench, which discards them. */
export async function tracingTo(share: number): Promise<NonNullable<ShopOptions['env']>> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  server.unref();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(share),
  };
  return Object.fromEntries(serviceNames.map((service) => [service, settings]));
}
