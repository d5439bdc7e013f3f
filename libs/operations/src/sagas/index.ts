/** Running sagas, their history, and the operator's actions on them. */
export { historyOf, type SubjectHistory } from './history.js';
export type { HistoryEntry } from './history-order.js';
export { sagaDefinitions, type SagaDefinition, type StepCount } from './saga-definitions.js';
export { messageOf, type FoundMessage } from './message-of.js';
export {
  expectedResult,
  findSagas,
  instruct,
  openSaga,
  openSagas,
  type Saga,
  type SagaAction,
  type SagaFilter,
} from './sagas.js';
