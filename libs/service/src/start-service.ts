import { hostname } from 'node:os';
import { Logger, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { KafkaTransport } from '@tradewind/messaging';
import helmet from 'helmet';
import { collectDefaultMetrics, register } from 'prom-client';
import type { ServiceConfig } from './config/index.js';
import { Heartbeats } from './discovery/heartbeats.js';
import { Consumers, ServiceName } from './edge.providers.js';
import { Health } from './health/index.js';
import { acceptJson } from './http/json-body.js';
import { OpenAnswers } from './http/open-answers.js';
import { requestLog } from './logs/index.js';
import { Metrics } from './metrics/index.js';
import { serveDocs } from './openapi/index.js';
import { Randomness } from './world.js';

/** For a request to arrive; an answer may take as long as it likes. Late ones are looked for every 5 s. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };
const goodbyeMilliseconds = 1_500;
const answersMilliseconds = 5_000;

export interface RunningService {
  readonly app: NestExpressApplication;
  /** Where it listens. */
  readonly url: string;
  /** Not ready, then: nothing new is accepted, what runs is finished, consumers leave, the database is closed. Once. */
  stop(): Promise<void>;
}

/** Starts a service: resolves when it serves HTTP. Consumers join in the background: to accept needs only the database. */
export async function startService(module: Type | DynamicModule, config: ServiceConfig): Promise<RunningService> {
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bodyParser: false,
    rawBody: true,
    abortOnError: false,
  });
  try {
    dress(app);
    const consumers = app.get<KafkaTransport | null>(Consumers);
    if (consumers) app.connectMicroservice({ strategy: consumers }, { inheritAppConfig: true });
    await app.init();
    await app.startAllMicroservices();
    const url = await listen(app, config);
    new Logger('Service').log(`serving ${url}`);
    return { app, url, stop: once(() => stop(app)) };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function dress(app: NestExpressApplication): void {
  if (!register.getSingleMetric('process_start_time_seconds')) collectDefaultMetrics();
  app.disable('x-powered-by');
  app.use(app.get(OpenAnswers).middleware, app.get(Metrics).middleware);
  app.use(requestLog(app.get<Randomness>(Randomness)));
  // Inside the cluster the docs are served without TLS: the browser must not be told to upgrade their scripts.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  acceptJson(app);
  serveDocs(app, app.get<string>(ServiceName));
}

async function listen(app: NestExpressApplication, config: ServiceConfig): Promise<string> {
  const server = app.getHttpServer();
  Object.assign(server, timeouts);
  await app.listen(config.PORT, config.HOST);
  const { port } = server.address() as { port: number };
  const url =
    config.PUBLIC_URL ?? `http://${['0.0.0.0', '::'].includes(config.HOST) ? hostname() : config.HOST}:${port}`;
  app.get(Health).started();
  app.get(Heartbeats).start(url);
  return url;
}

async function stop(app: NestExpressApplication): Promise<void> {
  app.get(Health).drain();
  await app.get(Heartbeats).stop(goodbyeMilliseconds);
  await app.get(OpenAnswers).close(app.getHttpServer(), answersMilliseconds);
  await app.close();
}

const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
};
