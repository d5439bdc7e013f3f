import type { SagaState, Transition } from '@tradewind/saga';
import { table } from '../ports/index.js';

/** A saga instance, running or ended. Its id is `<saga>:<key of its subject>`; it is loaded and locked like any row. */
export interface SagaRow {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly subject: string;
  readonly status: string;
  /** A command that must succeed got no reply for too many attempts: an operator should intervene. */
  readonly stuck: boolean;
  readonly state: SagaState;
  readonly startedAt: Date;
  readonly updatedAt: Date;
}

/** The saga instances, one a saga and subject. */
export const SagaInstances = table<SagaRow>('msg_sagas', 'id', {
  id: 'text',
  saga: 'text',
  version: 'int4',
  subject: 'text',
  status: 'text',
  stuck: 'bool',
  state: 'jsonb',
  startedAt: 'timestamptz',
  updatedAt: 'timestamptz',
});

/** One transition of a saga instance. */
export interface SagaHistoryRow {
  readonly id: string;
  readonly sagaId: string;
  readonly at: Date;
  readonly cause: string;
  readonly transition: Transition;
}

/** The transitions of all saga instances. */
export const SagaHistory = table<SagaHistoryRow>('msg_saga_history', 'id', {
  id: 'uuid',
  sagaId: 'text',
  at: 'timestamptz',
  cause: 'uuid',
  transition: 'jsonb',
});
