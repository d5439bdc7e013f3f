import type { Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { KafkaClient, type World } from '@tradewind/messaging';
import { AccessGuard } from './auth/access.guard.js';
import { KeyRing, TokenVerifier } from './auth/token.js';
import type { ServiceConfig } from './config/index.js';
import { Heartbeats } from './discovery/heartbeats.js';
import { Health } from './health/index.js';
import { OpenAnswers } from './http/open-answers.js';
import { ProblemFilter } from './http/problem.filter.js';
import { SoundInput } from './http/sound-input.js';
import { StrictValidation } from './http/strict-validation.pipe.js';
import { Metrics } from './metrics/index.js';
import { Clock, Randomness, Timers, worldProviders } from './world.js';

/** Injection token of the service's name. */
export const ServiceName = Symbol('ServiceName');

/** Injection token of the transport that brings messages to handlers; null where there are none. */
export const Consumers = Symbol('Consumers');

/** What everything that speaks HTTP has, with a database or without. Wants a KafkaClient and a KeyRing beside it. */
export const edgeProviders = (service: string, config: ServiceConfig): Provider[] => [
  ...worldProviders,
  Metrics,
  { provide: ServiceName, useValue: service },
  { provide: Health, inject: [Timers], useFactory: (timers: Timers) => new Health(timers) },
  {
    provide: OpenAnswers,
    inject: [Timers, Metrics],
    useFactory: (timers: Timers, metrics: Metrics) => {
      const answers = new OpenAnswers(timers);
      metrics.gauge('http_requests_open', 'Requests that are being answered.', () => answers.count);
      return answers;
    },
  },
  {
    provide: TokenVerifier,
    inject: [KeyRing, Clock],
    useFactory: (keys: KeyRing, clock: Clock) => new TokenVerifier(keys, clock),
  },
  {
    provide: Heartbeats,
    inject: [KafkaClient, Health, Clock, Timers, Randomness],
    useFactory: (kafka: KafkaClient, health: Health, ...[clock, timers, randomness]: [Clock, Timers, Randomness]) => {
      const world: World = { clock, timers, randomness };
      const heartbeats = new Heartbeats(kafka, service, config.INSTANCE_ID, world);
      health.watches(() => heartbeats.degraded());
      return heartbeats;
    },
  },
  { provide: APP_FILTER, useClass: ProblemFilter },
  { provide: APP_GUARD, useClass: AccessGuard },
  { provide: APP_GUARD, useClass: SoundInput },
  { provide: APP_PIPE, useClass: StrictValidation },
];

export const edgeExports = [
  Clock,
  Timers,
  Randomness,
  Metrics,
  ServiceName,
  Health,
  OpenAnswers,
  TokenVerifier,
  Heartbeats,
];
