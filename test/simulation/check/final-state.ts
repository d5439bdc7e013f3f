import type { Checkout } from '../../../apps/cart/src/domain/check-out.js';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { LedgerEntry } from '../../../apps/payment/src/domain/ledger.js';
import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import type { Refund } from '../../../apps/payment/src/domain/refund.js';
import type { Reservation } from '../../../apps/product/src/domain/reservation.js';
import type { StockLevel } from '../../../apps/product/src/domain/stock-level.js';
import type { SagaHistoryRow, SagaRow } from '@tradewind/messaging';
import type { ClientLog } from '../workload/client-log.js';
import type { ServiceName } from '../shop/services.js';
import type { Movement } from '../shop/recorded-provider.js';

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

/** All data at the end of a run, read when nothing is pending. */
export interface FinalState {
  readonly log: ClientLog;
  readonly orders: readonly Order[];
  readonly sagas: readonly SagaRow[];
  readonly sagaHistory: readonly SagaHistoryRow[];
  readonly checkouts: readonly Checkout[];
  readonly stockLevels: readonly StockLevel[];
  readonly reservations: readonly Reservation[];
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly ledger: readonly LedgerEntry[];
  readonly messaging: Readonly<Record<ServiceName, MessagingState>>;
  /** In log order within a partition. */
  readonly records: readonly TopicRecord[];
  readonly provider: readonly Movement[];
}

/** A broken promise: a text that names the row. */
export type Violation = string;

export type Check = (facts: FinalState) => Violation[];
