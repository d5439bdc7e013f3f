import { sagaRow } from '@tradewind/messaging/internals';
import type { RebuiltSaga } from '@tradewind/saga';
import type { RecoveredSaga } from './recovery.js';

/** A saga of `rebuildFromHistory` as `Recovery` returns it. */
export const recoveredSaga = ({ state, startedAt, changedAt, history, timeouts }: RebuiltSaga): RecoveredSaga => ({
  saga: sagaRow(state, startedAt, changedAt),
  history: history.map((entry) => ({ ...entry, sagaId: state.id })),
  timeouts: timeouts.map(({ name, milliseconds, startedBy, from }) => ({
    id: `${state.id} ${name}`,
    sagaId: state.id,
    name,
    timeoutMs: milliseconds,
    startedBy,
    dueAt: new Date(from.getTime() + milliseconds),
  })),
});
