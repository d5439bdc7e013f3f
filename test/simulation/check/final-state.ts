import type { Table } from '@tradewind/messaging';
import type { Key, SagaHistoryRow, SagaRow } from '@tradewind/messaging/internals';
import type { SimulatedService } from '../scenario/simulated-services.js';
import type { ClientLog } from './client-log.js';

/** A message in the archive of its publisher. */
export interface ArchivedMessage {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly sequence: bigint;
  readonly payload: string | null;
  readonly causation: string;
}

/** A message on its topic. */
export interface TopicRecord {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly sequence: bigint;
}

/** The tables of the messaging library in one service's database. */
export interface MessagingState {
  readonly archive: readonly ArchivedMessage[];
  readonly inbox: readonly { readonly consumer: string; readonly id: string }[];
  readonly unpublished: number;
  readonly pendingEffects: number;
  readonly deadLetters: number;
}

/** A consumer group of the shop: the message types that it handles, and their topics. */
export interface Consumer {
  readonly service: SimulatedService;
  readonly group: string;
  readonly types: ReadonlySet<string>;
  readonly topics: readonly string[];
}

/** A movement of money at the provider: positive for a payment, negative for a refund. */
export interface Movement {
  readonly key: string;
  /** The key of the payment that it is, or refunds. */
  readonly takeKey: string;
  readonly amount: number;
}

/** All data at the end of a run, read when nothing is pending. */
export interface FinalState {
  readonly log: ClientLog;
  /** The rows of a table in the `lockOrder` of its service. */
  readonly rows: <S extends object, K extends Key>(table: Table<S, K>) => readonly S[];
  readonly sagas: readonly SagaRow[];
  readonly sagaHistory: readonly SagaHistoryRow[];
  readonly messaging: Readonly<Record<SimulatedService, MessagingState>>;
  readonly consumers: readonly Consumer[];
  /** In log order within a partition. */
  readonly records: readonly TopicRecord[];
  readonly provider: readonly Movement[];
}

/** A broken promise: a text that names the row. */
export type Violation = string;

export type Check = (facts: FinalState) => Violation[];
