import {
  advance,
  sagaId,
  timeoutName,
  type Input,
  type OutgoingMessage,
  type Saga,
  type SagaState,
} from '@tradewind/saga';
import {
  cancelTimeouts,
  insert,
  nothing,
  publishAll,
  rows,
  saveOrInsert,
  scheduleTimeouts,
  type Decision,
  type DecisionContext,
  type Load,
  type Rows,
} from '../handling/index.js';
import { checkKey, type Table } from '../ports/index.js';
import { SagaHistory, SagaInstances, type SagaRow } from './saga-instances.js';

/** A saga of any subject. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- sagas over different subjects in one list
export type AnySaga = Saga<any>;

/** The table of a saga's subjects. Throws a TypeError where the saga was defined with something else. */
export function subjectsOf<S extends object>(saga: Saga<S>): Table<S> {
  if (!('columns' in saga.subjects)) throw new TypeError(`the saga ${saga.name} is defined without a table`);
  return saga.subjects as Table<S>;
}

/** Loads the instances of sagas of one subject, for `cancelSaga` and for decisions that depend on them. */
export const instancesOf = <M>(sagas: readonly AnySaga[], key: (message: M) => string): Load<M, SagaRow> =>
  rows(SagaInstances, (message: M) => sagas.map(({ name }) => sagaId(name, key(message))));

/**
 * Starts a saga: publishes its first command and saves its subject, which may be a new row. Fails with UniqueConflict where the saga of this
 * subject was started before.
 */
export function startSaga<S extends object>(saga: Saga<S>, subject: NoInfer<S>, context: DecisionContext): Decision {
  checkKey(`the key of the saga ${saga.name}`, saga.subjects.keyOf(subject));
  return advanceSaga<S>(saga, { instance: undefined, subject }, { kind: 'start' }, context).decision;
}

/** Cancels a saga before its point of no return: it compensates its steps. After it, or where no instance runs, nothing changes. */
export function cancelSaga<S extends object>(
  saga: Saga<S>,
  subject: NoInfer<S>,
  instances: Rows<SagaRow>,
  context: DecisionContext,
): Decision {
  const instance = instances.get(sagaId(saga.name, saga.subjects.keyOf(subject)));
  return instance ? advanceSaga<S>(saga, { instance, subject }, { kind: 'cancel' }, context).decision : nothing();
}

/** Applies an input to a saga: the decision with the rows of saga, history and subject, messages and timeouts, and the new subject. */
export function advanceSaga<S extends object>(
  saga: Saga<S>,
  loaded: { readonly instance: SagaRow | undefined; readonly subject: NoInfer<S> },
  input: Input,
  context: DecisionContext,
): { readonly decision: Decision; readonly subject: S } {
  const before = loaded.instance;
  const { state, subject, messages, timeouts, history } = advance(
    saga,
    before?.state,
    loaded.subject,
    input,
    context.now,
  );
  if (history.length === 0) return { decision: nothing(), subject };
  const idOf = (name: string): string => `${state.id} ${name}`;
  const transitions = history.map((transition) => ({
    id: context.newId(),
    sagaId: state.id,
    at: context.now,
    cause: context.cause,
    transition,
  }));
  const instance = sagaRow(state, before?.startedAt ?? context.now, context.now);
  const decision = (before ? saveOrInsert(SagaInstances, instance) : insert(SagaInstances, instance))
    .and(saveOrInsert(subjectsOf(saga), subject))
    .and(insert(SagaHistory, ...transitions))
    .and(publishAll(messages satisfies readonly OutgoingMessage[]))
    .and(scheduleTimeouts(timeouts.map((timeout) => ({ ...timeout, id: idOf(timeout.name), sagaId: state.id }))))
    .and(before ? cancelTimeouts(idOf(timeoutName(before.state))) : nothing());
  return { decision, subject };
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
