import { advance, deadlineName, type Input, type Saga, type SagaState, type Said } from '@tradewind/saga';
import {
  expectWithin,
  insert,
  keys,
  met,
  nothing,
  save,
  sayAll,
  type Circumstances,
  type Decision,
  type Loads,
  type Table,
} from '../decide/index.js';
import { SagaJournal, Sagas, type SagaRow } from './saga-tables.js';

/** A saga and the table whose rows it steers: the saga's key is the row's key. */
export interface SagaBinding<S extends object> {
  readonly definition: Saga<S>;
  readonly subject: Table<S>;
  /** What is kept besides whenever the saga moves its subject or says something: a history, say. */
  readonly also?: (subject: S, says: readonly Said[], given: Circumstances) => Decision;
}

export const bindSaga = <S extends object>(
  definition: Saga<S>,
  subject: Table<S>,
  also?: SagaBinding<S>['also'],
): SagaBinding<S> => Object.freeze({ definition, subject, ...(also ? { also } : {}) });

/**
 * Feeds an input to a saga, and makes one decision of all that follows: the saga's row and journal, its subject, what it
 * says, its deadlines. The saga's row and the subject's must have been asked for by key.
 */
export function steer<S extends object>(
  binding: SagaBinding<S>,
  loaded: { readonly saga: SagaRow | undefined; readonly subject: S },
  input: Input,
  given: Circumstances,
): Decision {
  const before = loaded.saga;
  const { state, subject, say, deadlines, journal } = advance(
    binding.definition,
    before?.state,
    loaded.subject,
    input,
    given.now,
  );
  if (journal.length === 0) return nothing();
  return save(Sagas, sagaRow(state, before?.startedAt ?? given.now, given.now))
    .and(save(binding.subject, subject))
    .and(
      insert(
        SagaJournal,
        ...journal.map((transition) => ({
          id: given.id(),
          sagaId: state.id,
          at: given.now,
          cause: given.cause,
          transition,
        })),
      ),
    )
    .and(sayAll(say))
    .and(
      expectWithin(
        deadlines.map(({ name, milliseconds, command }) => ({
          id: `${state.id} ${name}`,
          sagaId: state.id,
          name,
          milliseconds,
          command,
        })),
      ),
    )
    .and(before ? met(`${state.id} ${deadlineName(before.state)}`) : nothing())
    .and(binding.also?.(subject, say, given) ?? nothing());
}

export const sagaRow = (state: SagaState, startedAt: Date, updatedAt: Date): SagaRow => ({
  id: state.id,
  saga: state.saga,
  version: state.version,
  subject: state.key,
  status: state.status,
  alarmed: state.alarmed,
  state,
  startedAt,
  updatedAt,
});

/** What a deadline or an operator's word needs of the database. */
export const sagaLoads = <S extends object>(binding: SagaBinding<S>): Loads<string> => ({
  subject: keys(binding.subject, (id: string) => [id.slice(binding.definition.name.length + 1)]),
  saga: keys(Sagas, (id: string) => [id]),
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- sagas over different subjects in one list
export type AnySagaBinding = SagaBinding<any>;
