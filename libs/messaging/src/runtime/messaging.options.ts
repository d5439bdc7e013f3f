import type { Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { ConsumerOptions } from '../consumer/kafka-transport.js';
import type { AnyEffect } from '../effects/effect.js';
import type { AnyTable, Log } from '../ports/index.js';
import type { AnySagaBinding } from '../sagas/saga-binding.js';

/** What a service declares once in its module. */
export interface MessagingOptions extends ConsumerOptions {
  /** Every table that decisions load or save, in the order in which every transaction locks them. */
  readonly lockOrder: readonly AnyTable[];
  /** Sagas with the table of their subjects. */
  readonly sagas?: readonly AnySagaBinding[];
  /** Providers of the module that implement `Effect`. */
  readonly effects?: readonly Type<AnyEffect>[];
  /** Concurrent effect calls in one process. Default 64. Choose what the external system and the process can bear. */
  readonly effectConcurrency?: number;
}

/** What comes from the environment. */
export interface MessagingConnections {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly dataSource: DataSource;
  /** Milliseconds for one statement of a decision's transaction. Default 8,000. Bounds how long one message can delay others. */
  readonly statementTimeoutMs?: number;
  /** Default: Nest's logger. */
  readonly log?: Log;
  /** An error that this process cannot recover from. Default: exit with code 1, so that a supervisor restarts the process. */
  readonly onFatal?: (error: Error) => void;
}
