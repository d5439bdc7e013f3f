import { databaseServices, type DatabaseService } from '../../../tools/services.js';

/**
 * What makes a process pass a point: `trade` ordinary orders, `start` the start of a process (and a new relay leader), `poison` a
 * record that cannot be handled, `redrive` the redrive of its ordering key, `timeout` a saga step that is late.
 */
export type Occasion = 'trade' | 'start' | 'poison' | 'redrive' | 'timeout';

export interface CrashPoint {
  readonly services: readonly DatabaseService[];
  readonly occasion: Occasion;
}

const point = (occasion: Occasion, ...services: readonly DatabaseService[]): CrashPoint => ({
  occasion,
  services: services.length > 0 ? services : databaseServices,
});

/**
 * Every crash point, the lines `// crashpoint: <name>` of the sources, with the services that pass it; without a list, every service
 * with a database passes it.
 */
export const crashPoints = {
  'commands.before-run': point('trade'),
  'commands.after-run': point('trade'),
  'batch.before-marks': point('trade'),
  'inbox.after-mark': point('trade'),
  // The payment service too, for goodwill refunds.
  'idempotency.after-claim': point('trade', 'cart', 'order'),
  'effects.after-end': point('trade', 'payment'),
  'timeouts.after-cancel': point('timeout', 'order'),
  'batch.after-load': point('trade'),
  'batch.before-save': point('trade'),
  'rows.after-save': point('trade'),
  'effects.after-schedule': point('trade', 'payment'),
  'outbox.after-numbers': point('trade'),
  'outbox.after-insert': point('trade'),
  'timeouts.after-schedule': point('trade', 'order'),
  'store.before-commit': point('trade'),
  'store.after-commit': point('trade'),
  'consumer.after-run': point('trade'),
  'consumer.after-attempt-counted': point('poison'),
  'dead-letters.after-write': point('poison'),
  'dead-letters.after-write-behind': point('poison'),
  'redrive.after-next': point('redrive'),
  'redrive.after-handle': point('redrive'),
  'offsets.before-commit': point('trade'),
  'offsets.after-commit': point('trade'),
  'relay.after-lock': point('start'),
  'relay.after-lead': point('start'),
  'relay.before-send': point('trade'),
  'relay.after-ack': point('trade'),
  'relay.after-mark': point('trade'),
  'effects.after-claim': point('trade', 'payment'),
  'provider.before-call': point('trade', 'payment'),
  'provider.after-response': point('trade', 'payment'),
  'effects.after-call': point('trade', 'payment'),
  'effects.after-settle': point('trade', 'payment'),
  'timeouts.before-handle': point('timeout', 'order'),
  'timeouts.after-handle': point('timeout', 'order'),
} as const satisfies Readonly<Record<string, CrashPoint>>;

export type CrashPointName = keyof typeof crashPoints;

export const crashPointNames = Object.keys(crashPoints) as readonly CrashPointName[];

export const pointsOf = (service: DatabaseService, ...occasions: readonly Occasion[]): CrashPointName[] =>
  crashPointNames.filter(
    (name) => crashPoints[name].services.includes(service) && occasions.includes(crashPoints[name].occasion),
  );
