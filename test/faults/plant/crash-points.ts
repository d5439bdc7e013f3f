import { databaseServices, type DatabaseService } from '../../../tools/platform/shop/processes.js';

/**
 * What a shop must see for a point to be passed: `trade` passes it all the time, `start` once a process (and once a change of
 * leader); `poison` is a record that can't be handled, `release` an operator's word for its lane, `deadline` a step that is late.
 */
export type Occasion = 'trade' | 'start' | 'poison' | 'release' | 'deadline';

export interface CrashPoint {
  readonly services: readonly DatabaseService[];
  readonly occasion: Occasion;
}

const point = (occasion: Occasion, ...services: readonly DatabaseService[]): CrashPoint => ({
  occasion,
  services: services.length > 0 ? services : databaseServices,
});

/**
 * Every place at which a process may be told to die: the lines `// crashpoint: <name>` of the sources, and the services that
 * pass them. Where nothing is listed, each service with a database does.
 */
export const crashPoints = {
  'commands.before-run': point('trade'),
  'commands.after-run': point('trade'),
  'batch.before-marks': point('trade'),
  'inbox.after-mark': point('trade'),
  // The payment service as well, where goodwill is granted.
  'idempotency.after-claim': point('trade', 'cart', 'order'),
  'effects.after-end': point('trade', 'payment'),
  'timers.after-disarm': point('deadline', 'order'),
  'batch.after-load': point('trade'),
  'batch.before-save': point('trade'),
  'rows.after-save': point('trade'),
  'effects.after-wish': point('trade', 'payment'),
  'outbox.after-numbers': point('trade'),
  'outbox.after-insert': point('trade'),
  'timers.after-arm': point('trade', 'order'),
  'store.before-commit': point('trade'),
  'store.after-commit': point('trade'),
  'pump.after-run': point('trade'),
  'pump.after-try-counted': point('poison'),
  'parker.after-park': point('poison'),
  'parker.after-park-behind': point('poison'),
  'release.after-next': point('release'),
  'release.after-handle': point('release'),
  'positions.before-commit': point('trade'),
  'positions.after-commit': point('trade'),
  'relay.after-lock': point('start'),
  'relay.after-lead': point('start'),
  'relay.before-send': point('trade'),
  'relay.after-ack': point('trade'),
  'relay.after-mark': point('trade'),
  'effects.after-claim': point('trade', 'payment'),
  'provider.before-call': point('trade', 'payment'),
  'provider.after-answer': point('trade', 'payment'),
  'effects.after-call': point('trade', 'payment'),
  'effects.after-settle': point('trade', 'payment'),
  'deadlines.before-act': point('deadline', 'order'),
  'deadlines.after-act': point('deadline', 'order'),
} as const satisfies Readonly<Record<string, CrashPoint>>;

export type CrashPointName = keyof typeof crashPoints;

export const crashPointNames = Object.keys(crashPoints) as readonly CrashPointName[];

export const pointsOf = (service: DatabaseService, ...occasions: readonly Occasion[]): CrashPointName[] =>
  crashPointNames.filter(
    (name) => crashPoints[name].services.includes(service) && occasions.includes(crashPoints[name].occasion),
  );
