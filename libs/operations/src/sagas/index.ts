/** Running sagas, their history, and the operator's actions on them. */
export { historyOf, type SubjectHistory } from './history.js';
export { expectedResult, instruct, openSaga, openSagas, type Saga, type SagaAction } from './sagas.js';
