import type { SagaState, Transition } from '@tradewind/saga';
import { table } from '../decide/index.js';

/** A running or ended saga. Its id is `<saga>:<key of its subject>`; it is loaded and locked like any row. */
export interface SagaRow {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly subject: string;
  readonly status: string;
  /** An undo or a last step that fails again and again: it waits for an operator. */
  readonly alarmed: boolean;
  readonly state: SagaState;
  readonly startedAt: Date;
  readonly updatedAt: Date;
}

export const Sagas = table<SagaRow>('msg_sagas', 'id', {
  id: 'text',
  saga: 'text',
  version: 'int4',
  subject: 'text',
  status: 'text',
  alarmed: 'bool',
  state: 'jsonb',
  startedAt: 'timestamptz',
  updatedAt: 'timestamptz',
});

/** Every transition of every saga, for the operator and the audit. */
export interface SagaJournalRow {
  readonly id: string;
  readonly sagaId: string;
  readonly at: Date;
  readonly cause: string;
  readonly transition: Transition;
}

export const SagaJournal = table<SagaJournalRow>('msg_saga_journal', 'id', {
  id: 'uuid',
  sagaId: 'text',
  at: 'timestamptz',
  cause: 'uuid',
  transition: 'jsonb',
});
