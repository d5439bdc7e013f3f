import { databaseServices, describeService, type Activity, type DatabaseService } from '../../../tools/services.js';

/**
 * What makes a process pass a point: `trade` ordinary orders, `start` the start of a process (and a new relay leader), `poison` a
 * record that cannot be handled, `redrive` the redrive of its ordering key, `timeout` a saga step that is late.
 */
export type Occasion = 'trade' | 'start' | 'poison' | 'redrive' | 'timeout';

export interface CrashPoint {
  readonly services: readonly DatabaseService[];
  readonly occasion: Occasion;
}

const point = (occasion: Occasion, activity?: Activity): CrashPoint => ({
  occasion,
  services: databaseServices.filter(
    (service) => activity === undefined || describeService(service).activities?.includes(activity),
  ),
});

/**
 * Every crash point, the lines `// crashpoint: <name>` of the sources. A service passes it if it has the activity; without one, every
 * service with a database does.
 */
export const crashPoints = {
  'commands.before-run': point('trade', 'commands'),
  'commands.after-run': point('trade', 'commands'),
  'batch.before-marks': point('trade'),
  'inbox.after-mark': point('trade'),
  // The payment service too, for goodwill refunds, which trading does not need.
  'idempotency.after-claim': point('trade', 'idempotency'),
  'effects.after-end': point('trade', 'effects'),
  'timeouts.after-cancel': point('timeout', 'sagas'),
  'batch.after-load': point('trade'),
  'batch.before-save': point('trade'),
  'rows.after-save': point('trade'),
  'effects.after-schedule': point('trade', 'effects'),
  'outbox.after-numbers': point('trade', 'publishing'),
  'outbox.after-insert': point('trade', 'publishing'),
  'timeouts.after-schedule': point('trade', 'sagas'),
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
  'relay.before-send': point('trade', 'publishing'),
  'relay.after-ack': point('trade', 'publishing'),
  'relay.after-mark': point('trade', 'publishing'),
  'effects.after-claim': point('trade', 'effects'),
  'provider.before-call': point('trade', 'effects'),
  'provider.after-response': point('trade', 'effects'),
  'effects.after-call': point('trade', 'effects'),
  'effects.after-settle': point('trade', 'effects'),
  'timeouts.before-handle': point('timeout', 'sagas'),
  'timeouts.after-handle': point('timeout', 'sagas'),
} as const satisfies Readonly<Record<string, CrashPoint>>;

export type CrashPointName = keyof typeof crashPoints;

export const crashPointNames = Object.keys(crashPoints) as readonly CrashPointName[];

export const pointsOf = (service: DatabaseService, ...occasions: readonly Occasion[]): CrashPointName[] =>
  crashPointNames.filter(
    (name) => crashPoints[name].services.includes(service) && occasions.includes(crashPoints[name].occasion),
  );
