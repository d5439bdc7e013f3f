/** Runs the sagas of `@tradewind/saga`: their rows, their history and their timeouts. */
export { advanceSaga, bindSaga, sagaRow, type AnySagaBinding, type SagaBinding } from './saga-binding.js';
export { SagaHistory, Sagas, type SagaHistoryRow, type SagaRow } from './saga-tables.js';
