import { OperationRejected, Transient } from '@tradewind/kernel';
import type { PartitionOffset } from './kafka-client.js';

/** Why a store call failed for now. Bounded: it is a metric label. */
export const transientReasons = [
  'deadlock',
  'serialization',
  'lock',
  'connections',
  'unknown-outcome',
  'unavailable',
  'other',
] as const;

/** Why the store could not answer; the label `reason` of the metric `tradewind_transient_retries_total`. */
export type TransientReason = (typeof transientReasons)[number];

/** The store cannot answer now. Nothing of the transaction is kept. */
export class StoreUnavailable extends Transient {
  override readonly name: string = 'StoreUnavailable';
  constructor(
    readonly reason: TransientReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The database became unavailable during a commit: the transaction may or may not be kept. What marks itself (a message, an
 * effect, a command with an idempotency key) may be run again; anything else must not be.
 */
export class OutcomeUnknown extends StoreUnavailable {
  override readonly name = 'OutcomeUnknown';
  constructor(message: string, options?: ErrorOptions) {
    super('unknown-outcome', message, options);
  }
}

/** A statement took longer than its limit, while the database answers others. */
export class StatementTimeout extends Error {
  override readonly name = 'StatementTimeout';
}

/** An insert met an existing row with the same unique key. An HTTP command answers 409. */
export class UniqueConflict extends Error {
  override readonly name = 'UniqueConflict';
  constructor(
    readonly constraint: string,
    options?: ErrorOptions,
  ) {
    super(`a row with this key exists already (${constraint})`, options);
  }
}

/** The broker rejects records for good, for example because they are too large. `reason` is Kafka's name of the error. */
export class RecordsRejected extends Error {
  override readonly name = 'RecordsRejected';
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`the broker rejects the records: ${reason}`, options);
  }
}

/** Why brokers refuse a process. Bounded: it can be a label. */
export type KafkaDenial = 'certificate' | 'encryption' | 'login' | 'permission';

/**
 * Brokers are available and refuse this process: their certificate is not accepted, TLS is used on one side only, the login is missing or
 * wrong, or a permission is missing. The message names the setting. It ends the start; a process that has worked before retries.
 */
export class KafkaAccessRefused extends OperationRejected {
  override readonly name = 'KafkaAccessRefused';
  constructor(
    readonly reason: KafkaDenial,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Records that no handler can see: their compression is unknown, or their bytes are damaged. The message names the place and the reason. */
export class UnreadableRecords extends OperationRejected {
  override readonly name = 'UnreadableRecords';
  constructor({ topic, partition, offset }: PartitionOffset, reason: string) {
    super(`${topic} partition ${partition} cannot be read at offset ${offset}: ${reason}`);
  }
}

/** A topic is missing, or exists with other settings than the contracts declare. */
export class TopicMismatch extends OperationRejected {
  override readonly name = 'TopicMismatch';
}

/** The connections to the database have settings that the library cannot work with. The message says what to change. */
export class DatabaseUnsuitable extends OperationRejected {
  override readonly name = 'DatabaseUnsuitable';
  constructor(readonly problems: readonly string[]) {
    super(`the database cannot be used as it is set:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
}

/** Declared tables do not fit the database. Going on would read or write rows wrongly. The message lists everything that is wrong. */
export class TableMismatch extends OperationRejected {
  override readonly name = 'TableMismatch';
  constructor(readonly problems: readonly string[]) {
    super(
      `the declared tables do not fit the database:\n${problems.map((problem) => `- ${problem}`).join('\n')}\nCorrect the declarations, or the tables by a migration, and start again.`,
    );
  }
}

/** Offsets of a group can be set only while no instance consumes in it. */
export class GroupHasMembers extends OperationRejected {
  override readonly name = 'GroupHasMembers';
  constructor(group: string) {
    super(`the group ${group} has members: stop the instances that consume in it`);
  }
}

/**
 * Database and Kafka contradict each other: one of them was lost or restored to an earlier moment. Going on would publish messages
 * twice under other ids, or never. The message names the partition and the command that repairs it.
 */
export class OffsetMismatch extends Error {
  override readonly name: string = 'OffsetMismatch';
}

/**
 * The broker deleted records before a group handled them. What they said is lost for the group: it continues only after an operator has
 * accepted that.
 */
export class RecordsDeleted extends OffsetMismatch {
  override readonly name = 'RecordsDeleted';
  constructor(group: string, { topic, partition, offset, start }: PartitionOffset & { readonly start: bigint }) {
    super(
      `records of ${topic} partition ${partition} were deleted before ${group} handled them: its next offset is ${offset}, the log begins at ${start}. ` +
        `Was ${group} away longer than the retention of the topic? To continue without them, stop the service and run "tradewind offsets accept ${group.split('.')[0]}". ` +
        'If the topic keeps all records and its owner archives them, "tradewind recover kafka" publishes them again.',
    );
  }
}

/** The message of anything that was thrown. */
export const textOf = (error: unknown): string =>
  error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? error);
