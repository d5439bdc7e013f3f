import type { DynamicModule } from '@nestjs/common';
import type { CartCheckedOut, OrderId, Permission, UserId } from '@tradewind/contracts';
import type { Commands, Table } from '@tradewind/messaging';
import type { AnyEffect, AnyTable, PropertyOf } from '@tradewind/messaging/internals';
import type { MessageClass } from '@tradewind/messaging/message';
import type { Recovery } from '@tradewind/operations';
import type { ServiceDefinition } from '@tradewind/service';
import type { BatchEquivalenceOptions, UniqueConstraint } from '@tradewind/simulation';
import type { PaymentProvider } from '../../apps/payment/src/provider/payment-provider.js';
import type { Check, Violation } from '../simulation/check/final-state.js';
import type { RequestSample } from './request-sample.js';

/** Reads rows outside decisions, like the queries of the services: rows whose property has one of the values. */
export type ReadRows = <S extends object>(
  table: Table<S>,
  by: PropertyOf<S>,
  values: readonly string[],
) => Promise<readonly S[]>;

/** An invariant of single rows of a table: no transaction may save a row that violates it. */
export interface RowCheck {
  readonly table: AnyTable;
  readonly check: (row: object) => Violation[];
}

export const rowCheck = <S extends object>(table: Table<S>, check: (row: S) => Violation[]): RowCheck => ({
  table,
  check: (row) => check(row as S),
});

/** A process of a service, as clients of the simulation call it. */
export interface Called {
  readonly commands: Commands;
  readonly read: ReadRows;
}

/** What the simulation needs besides the definition of a service. */
export interface SimulationParts {
  readonly effects?: (read: ReadRows, provider: PaymentProvider) => readonly AnyEffect[];
  /** Unique constraints of the migrations besides primary keys. Check constraints are left out: the simulation has its own checks. */
  readonly unique?: readonly UniqueConstraint[];
  readonly rowChecks?: readonly RowCheck[];
  /** A buyer's request with an idempotency key about an order that was accepted; it may be rejected. Sent and retried by every buyer. */
  readonly aboutOrder?: (userId: UserId, orderId: OrderId, key: string) => (service: Called) => Promise<unknown>;
  /** Promises of the service that hold when nothing is pending. Those of messaging are checked for every service. */
  readonly checks?: readonly Check[];
}

/** What its handlers need so that a message of the golden records can be handled, alone and in a batch. */
export interface BatchParts {
  /** All golden records have the order, the buyer and the product of `checkedOut`. */
  readonly initialRows?: (checkedOut: CartCheckedOut) => BatchEquivalenceOptions['initialRows'];
  /** Handled before each pair, in the same batch; by consumer group. */
  readonly first?: Readonly<Record<string, readonly MessageClass[]>>;
}

/** What clients call through the gateway. */
export interface ApiParts {
  /** Every route as in the OpenAPI document, and who can call it: of staff, everybody with the permission. */
  readonly routes: Readonly<Record<string, 'everyone' | 'customers' | Permission>>;
  /** A valid body of every route that takes one. */
  readonly bodies?: readonly RequestSample[];
  /**
   * A buyer's request with an idempotency key about a confirmed order. The load of the faults sends it for every confirmed order; the
   * drills send it again after a recovery, when `body` must get its first answer and `otherBody` a rejection.
   */
  readonly aboutOrder?: (orderId: string) => {
    readonly path: string;
    readonly body: object;
    readonly otherBody: object;
  };
}

/** What the tests of the whole shop know of one service: simulation, batches, drills, journeys and the specs of the audit. */
export interface ServiceParts {
  readonly definition: ServiceDefinition;
  /** The Nest module that is deployed. */
  readonly module: { forRoot(config: never): DynamicModule };
  /** The recovery of its database. */
  readonly recovery: (secrets: { readonly DATA_KEY_SECRET: string }) => Recovery;
  readonly api?: ApiParts;
  readonly simulation?: SimulationParts;
  readonly batches?: BatchParts;
  /** Tables that change whenever it starts, or that a recovery leaves empty: a drill does not compare them before and after one. */
  readonly notCompared?: readonly string[];
}
