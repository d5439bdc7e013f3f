/** Runs the sagas of `@tradewind/saga`: their rows, their history, their replies and their timeouts. */
export { advanceSaga, cancelSaga, instancesOf, sagaRow, startSaga, type AnySaga } from './saga-decisions.js';
export { SagaHistory, SagaInstances, type SagaHistoryRow, type SagaRow } from './saga-instances.js';
export { Sagas } from './sagas.js';
