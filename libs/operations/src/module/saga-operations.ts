import type { Databases, OfService } from '../databases/databases.js';
import {
  expectedResult,
  historyOf,
  instruct,
  openSaga,
  openSagas,
  type Saga,
  type SagaAction,
  type SubjectHistory,
} from '../sagas/index.js';

/** The sagas of a service: look at them, and act where one is stuck. */
export class SagaOperations {
  constructor(private readonly databases: Databases) {}

  /** The sagas that have not ended, oldest first. */
  open(): Promise<OfService<Saga>[]> {
    return openSagas(this.databases);
  }

  /** What happened to a subject, and what can still happen. */
  history(subject: string): Promise<SubjectHistory> {
    return historyOf(this.databases, subject);
  }

  /**
   * Publishes the command of a saga again, lets its step expire, or skips it. Acts within a second. Returns what it will do, in a sentence.
   * Throws OperatorError where the saga has ended or the step cannot be skipped.
   */
  async act(action: SagaAction, id: string, reason: string): Promise<string> {
    const saga = await openSaga(this.databases, id);
    const result = expectedResult(saga, action);
    await instruct(this.databases, saga, action, reason);
    return result;
  }
}
