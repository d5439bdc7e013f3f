import { hostname } from 'node:os';
import { Logger, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { KafkaTransport } from '@tradewind/messaging';
import helmet from 'helmet';
import { collectDefaultMetrics, register } from 'prom-client';
import type { ServiceConfig } from './config/index.js';
import { Heartbeats } from './discovery/heartbeats.js';
import { Consumers, ServiceName } from './http.providers.js';
import { Health, OperationsServer } from './health/index.js';
import { acceptJson } from './http/json-body.js';
import { OpenResponses } from './http/open-responses.js';
import { keepOutOfCaches } from './http/protective-headers.js';
import { refuseOtherMethods } from './http/routes.js';
import { requestLog } from './logs/index.js';
import { Metrics } from './metrics/index.js';
import { serveDocs } from './openapi/index.js';
import { Randomness } from './runtime-ports.js';
import { StartPhases } from './start-phases.js';
import { requestSpans, startTracing } from './tracing/index.js';

/** Limits for receiving a request, checked every 5 s. A response has no limit. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };
const tombstoneTimeoutMs = 1_500;
const responsesTimeoutMs = 5_000;

export interface RunningService {
  readonly app: NestExpressApplication;
  readonly url: string;
  /** Of `/metrics`, `/healthz` and `/readyz`. */
  readonly operationsUrl: string;
  /** Stops gracefully: becomes not ready, accepts nothing new, completes running requests, stops consumers, closes the database. Repeated calls wait for the first. */
  stop(): Promise<void>;
}

/** Starts a service and resolves when it serves HTTP. Consumers join in the background: accepting a request needs only the database. */
export async function startService(module: Type | DynamicModule, config: ServiceConfig): Promise<RunningService> {
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bodyParser: false,
    rawBody: true,
    abortOnError: false,
  });
  const phases = app.get(StartPhases);
  phases.end('providers');
  const endTracing = await startTracing(config, app.get<string>(ServiceName));
  try {
    configureHttp(app, config);
    const consumers = app.get<KafkaTransport | null>(Consumers);
    if (consumers) app.connectMicroservice({ strategy: consumers }, { inheritAppConfig: true });
    await app.init();
    phases.end('routes');
    await app.startAllMicroservices();
    const operationsPort = await app.get(OperationsServer).listen(config.OPERATIONS_PORT, config.HOST);
    const operationsUrl = urlOf(config.HOST, operationsPort);
    const url = await listen(app, config);
    phases.end('listening');
    new Logger('Service').log(`serving ${url}`, { ...phases.report(), operations: operationsUrl });
    return { app, url, operationsUrl, stop: once(() => stop(app).finally(endTracing)) };
  } catch (error) {
    await app.get(OperationsServer).close();
    await app.close();
    await endTracing();
    throw error;
  }
}

function configureHttp(app: NestExpressApplication, config: ServiceConfig): void {
  if (!register.getSingleMetric('process_start_time_seconds')) collectDefaultMetrics();
  app.disable('x-powered-by');
  app.use(app.get(OpenResponses).middleware, app.get(Metrics).middleware);
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) app.use(requestSpans);
  app.use(requestLog(app.get<Randomness>(Randomness)));
  // Inside the cluster the docs are served without TLS: the browser must not upgrade their scripts to HTTPS.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.use(keepOutOfCaches, refuseOtherMethods);
  acceptJson(app);
  serveDocs(app, app.get<string>(ServiceName));
}

async function listen(app: NestExpressApplication, config: ServiceConfig): Promise<string> {
  const server = app.getHttpServer();
  Object.assign(server, timeouts);
  await app.listen(config.PORT, config.HOST);
  const { port } = server.address() as { port: number };
  const url = config.PUBLIC_URL ?? urlOf(config.HOST, port);
  app.get(Health).started();
  app.get(Heartbeats).start(url);
  return url;
}

const urlOf = (host: string, port: number): string =>
  `http://${['0.0.0.0', '::'].includes(host) ? hostname() : host}:${port}`;

async function stop(app: NestExpressApplication): Promise<void> {
  app.get(Health).drain();
  await app.get(Heartbeats).stop(tombstoneTimeoutMs);
  await app.get(OpenResponses).close(app.getHttpServer(), responsesTimeoutMs);
  await app.get(OperationsServer).close();
  await app.close();
}

const once = (run: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => (running ??= run());
};
