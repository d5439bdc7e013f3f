import type { Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { KafkaClient } from '@tradewind/messaging';
import { AccessGuard } from './auth/access.guard.js';
import { Revocations } from './auth/revocations.js';
import { SigningRoot } from './auth/signing-root.js';
import { KeyRing, TokenVerifier } from './auth/token.js';
import type { ServiceConfig } from './config/index.js';
import { Heartbeats } from './discovery/heartbeats.js';
import { Health, OperationsServer } from './health/index.js';
import { OpenResponses } from './http/open-responses.js';
import { ProblemFilter } from './http/problem.filter.js';
import { WellFormedInputGuard } from './http/well-formed-input.guard.js';
import { StrictValidation } from './http/strict-validation.pipe.js';
import { Metrics } from './metrics/index.js';
import { Clock, Randomness, RuntimePorts, Timers, runtimePortProviders } from './runtime-ports.js';
import { StartPhases } from './start-phases.js';

/** Injection token of the service's name. */
export const ServiceName = Symbol('ServiceName');

/** Injection token of the transport that delivers messages to handlers; null in a service without handlers. */
export const Consumers = Symbol('Consumers');

/** The providers of every HTTP service, with a database or without. They need a KafkaClient and a KeyRing. */
export const httpProviders = (service: string, config: ServiceConfig): Provider[] => [
  ...runtimePortProviders,
  { provide: StartPhases, useValue: new StartPhases() },
  Metrics,
  { provide: ServiceName, useValue: service },
  { provide: Health, inject: [Timers], useFactory: (timers: Timers) => new Health(timers) },
  {
    provide: OperationsServer,
    inject: [Metrics, Health],
    useFactory: (metrics: Metrics, health: Health) => new OperationsServer(metrics, health),
  },
  {
    provide: OpenResponses,
    inject: [Timers, Metrics],
    useFactory: (timers: Timers, metrics: Metrics) => {
      const responses = new OpenResponses(timers);
      metrics.gauge('tradewind_http_requests_in_flight', 'Requests that are being answered.', () => responses.count);
      return responses;
    },
  },
  { provide: SigningRoot, useFactory: () => new SigningRoot(config.SIGNING_ROOT_PUBLIC_KEY) },
  {
    provide: TokenVerifier,
    inject: [KeyRing, Clock, Revocations],
    useFactory: (keys: KeyRing, clock: Clock, revocations: Revocations) => new TokenVerifier(keys, clock, revocations),
  },
  {
    provide: Heartbeats,
    inject: [KafkaClient, Health, RuntimePorts],
    useFactory: (kafka: KafkaClient, health: Health, ports: RuntimePorts) => {
      const heartbeats = new Heartbeats(kafka, service, config.INSTANCE_ID, ports);
      health.addDegradation(() => heartbeats.degraded());
      return heartbeats;
    },
  },
  { provide: APP_FILTER, useClass: ProblemFilter },
  { provide: APP_GUARD, useClass: AccessGuard },
  { provide: APP_GUARD, useClass: WellFormedInputGuard },
  { provide: APP_PIPE, useClass: StrictValidation },
];

export const httpExports = [
  Clock,
  Timers,
  Randomness,
  RuntimePorts,
  Metrics,
  ServiceName,
  Health,
  OpenResponses,
  SigningRoot,
  TokenVerifier,
  Heartbeats,
];
