export * from './contract/index.js';
export * from './decide/index.js';
export * from './growth/index.js';
export * from './kafka/index.js';
export * from './messaging.options.js';
export { Commits, MessagingHealth, MessagingLife, MessagingModule } from './messaging.module.js';
export type { AnyEffect } from './effects/effects.js';
export { MessagingParts, type MessagingPorts } from './messaging.parts.js';
export { Messaging1700000000001, messagingMigrations } from './migrations.js';
export { KafkaTransport } from './consume/kafka-transport.js';
export { headersOf, payloadLimit, readEnvelope, type Envelope } from './outbox/envelope.js';
export { decode } from './consume/decode.js';
export { Outbox } from './outbox/outbox.js';
export { Relay } from './outbox/relay.js';
export * from './replay/index.js';
export * from './recovery/index.js';
export { bindSaga, sagaRow, steer, type AnySagaBinding, type SagaBinding } from './sagas/saga-binding.js';
export { SagaJournal, Sagas, type SagaJournalRow, type SagaRow } from './sagas/saga-tables.js';
export { PostgresStore } from './postgres/postgres-store.js';
export type * from './store/store.js';
export {
  backOff,
  newId,
  systemClock,
  systemRandomness,
  systemTimers,
  systemWorld,
  within,
  type World,
} from './system.js';
export { said, type Said } from '@tradewind/saga';
