import type { EntityManager } from 'typeorm';
import type { Saga } from '@tradewind/saga';
import type { Decision, DecisionContext } from '../handling/index.js';
import type { DecisionWriter } from '../handling/decision-writer.js';
import type { AnyTable } from '../ports/index.js';
import { startSaga, subjectsOf } from './saga-decisions.js';

/** Starts sagas from code with its own TypeORM transaction. */
export class Sagas {
  constructor(private readonly writer: DecisionWriter) {}

  /**
   * Starts a saga in the transaction of the manager: saves its subject, whether the row exists or not, and publishes the first command after
   * the commit. Rejects with OutboxNeedsTransaction outside a transaction, with UniqueConflict where it was started before.
   */
  start<S extends object>(manager: EntityManager, saga: Saga<S>, subject: NoInfer<S>): Promise<void> {
    const table: AnyTable = subjectsOf(saga);
    const key = saga.subjects.keyOf(subject);
    const decide = (context: DecisionContext): Decision => startSaga(saga, subject, context);
    return this.writer.write(manager, new Map([[table, [key]]]), decide);
  }
}
