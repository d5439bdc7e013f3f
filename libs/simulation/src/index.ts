/** Simulated ports of @tradewind/messaging: Kafka, PostgreSQL, clock and processes in virtual time, driven by one seed. */
export {
  handleBothWays,
  type BatchEquivalenceOptions,
  type HandledResult,
  type ReceivedMessage,
} from './batch-equivalence.js';
export type { BlockedKeyRow } from './database/inbox-rows.js';
export { DatabaseError } from './database/database-error.js';
export type { StoredEffect } from './database/effect-rows.js';
export type { ArchivedRow } from './database/outbox-rows.js';
export type { DatabaseOptions, SimulatedDatabase } from './database/simulated-database.js';
export type { CheckConstraint, UniqueConstraint } from './database/table-rows.js';
export type { StoredTimeout } from './database/timeout-rows.js';
export { hashOf, SeededRandom } from './engine/seeded-random.js';
export { BrokerError } from './kafka/broker-error.js';
export type { KafkaOptions, SimulatedKafka } from './kafka/simulated-kafka.js';
export type { Call, CallOutcome, CallRequest, OutcomeOf } from './process/call.js';
export type { ProcessOptions } from './process/process-core.js';
export type { SimulatedProcess } from './simulated-process.js';
export { Simulation, type SimulationOptions } from './simulation.js';
