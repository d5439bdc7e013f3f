import { advance, timeoutName, type Input, type OutgoingMessage, type Saga, type SagaState } from '@tradewind/saga';
import {
  cancelTimeouts,
  insert,
  nothing,
  publishAll,
  rows,
  save,
  scheduleTimeouts,
  type Decision,
  type DecisionContext,
  type Loads,
} from '../handling/index.js';
import type { Table } from '../ports/index.js';
import { SagaHistory, Sagas, type SagaRow } from './saga-tables.js';

/** A saga and the table of its subjects. The key of the saga is the key of the row. */
export interface SagaBinding<S extends object> {
  readonly definition: Saga<S>;
  readonly subject: Table<S>;
  /** An additional decision whenever the saga changes its subject or publishes something, for example a history of the subject. */
  readonly also?: (subject: S, messages: readonly OutgoingMessage[], context: DecisionContext) => Decision;
}

export const bindSaga = <S extends object>(
  definition: Saga<S>,
  subject: Table<S>,
  also?: SagaBinding<S>['also'],
): SagaBinding<S> => Object.freeze({ definition, subject, ...(also ? { also } : {}) });

/**
 * Applies an input to a saga and returns one decision with everything that follows: the rows of saga, history and subject,
 * messages and timeouts. The rows of the saga and the subject must have been loaded by key.
 */
export function advanceSaga<S extends object>(
  binding: SagaBinding<S>,
  loaded: { readonly saga: SagaRow | undefined; readonly subject: S },
  input: Input,
  context: DecisionContext,
): Decision {
  const before = loaded.saga;
  const { state, subject, messages, timeouts, history } = advance(
    binding.definition,
    before?.state,
    loaded.subject,
    input,
    context.now,
  );
  if (history.length === 0) return nothing();
  const idOf = (name: string): string => `${state.id} ${name}`;
  return save(Sagas, sagaRow(state, before?.startedAt ?? context.now, context.now))
    .and(save(binding.subject, subject))
    .and(
      insert(
        SagaHistory,
        ...history.map((transition) => ({
          id: context.newId(),
          sagaId: state.id,
          at: context.now,
          cause: context.cause,
          transition,
        })),
      ),
    )
    .and(publishAll(messages))
    .and(scheduleTimeouts(timeouts.map((timeout) => ({ ...timeout, id: idOf(timeout.name), sagaId: state.id }))))
    .and(before ? cancelTimeouts(idOf(timeoutName(before.state))) : nothing())
    .and(binding.also?.(subject, messages, context) ?? nothing());
}

export const sagaRow = (state: SagaState, startedAt: Date, updatedAt: Date): SagaRow => ({
  id: state.id,
  saga: state.saga,
  version: state.version,
  subject: state.key,
  status: state.status,
  stuck: state.stuck,
  state,
  startedAt,
  updatedAt,
});

/** What a timeout or an operator action loads. */
export const sagaLoads = <S extends object>(binding: SagaBinding<S>): Loads<string> => ({
  subject: rows(binding.subject, (id: string) => [id.slice(binding.definition.name.length + 1)]),
  saga: rows(Sagas, (id: string) => [id]),
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- sagas over different subjects in one list
export type AnySagaBinding = SagaBinding<any>;
