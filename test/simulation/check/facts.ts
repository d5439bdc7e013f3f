import type { Checkout } from '../../../apps/cart/src/domain/check-out.js';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { LedgerEntry } from '../../../apps/payment/src/domain/ledger.js';
import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import type { Refund } from '../../../apps/payment/src/domain/refund.js';
import type { Reservation } from '../../../apps/product/src/domain/reservation.js';
import type { Shelf } from '../../../apps/product/src/domain/shelf.js';
import type { SagaJournalRow, SagaRow } from '@tradewind/messaging';
import type { History } from '../buyers/history.js';
import type { ServiceName } from '../shop/services.js';
import type { Movement } from '../shop/provider-book.js';

/** A message as its sayer's archive has it. */
export interface ArchivedMessage {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly sequence: bigint;
  readonly payload: string | null;
  readonly causation: string;
}

/** A message as it lies on its topic. */
export interface TopicRecord {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly sequence: bigint;
}

/** What the library itself has kept in one service's database. */
export interface LibraryRows {
  readonly archive: readonly ArchivedMessage[];
  readonly inbox: readonly { readonly consumer: string; readonly id: string }[];
  readonly unpublished: number;
  readonly openEffects: number;
  readonly parked: number;
}

/** Everything there is at the end of a run, read when nothing moves any more. */
export interface Facts {
  readonly history: History;
  readonly orders: readonly Order[];
  readonly sagas: readonly SagaRow[];
  readonly journal: readonly SagaJournalRow[];
  readonly checkouts: readonly Checkout[];
  readonly shelves: readonly Shelf[];
  readonly reservations: readonly Reservation[];
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly ledger: readonly LedgerEntry[];
  readonly library: Readonly<Record<ServiceName, LibraryRows>>;
  /** Per partition in the order of the log. */
  readonly records: readonly TopicRecord[];
  readonly provider: readonly Movement[];
}

/** A promise that was broken, in words that name the row. */
export type Violation = string;

export type Check = (facts: Facts) => Violation[];
