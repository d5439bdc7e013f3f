import { insertInto, newId, type Save } from './save.js';
import { timeoutName, type Advance } from './saga.js';

/** What every advance of a saga writes besides its state. */
export const progress = {
  history: insertInto(
    'msg_saga_history',
    { id: 'uuid', sagaId: 'text', cause: 'uuid', transition: 'jsonb' },
    { at: 'now()' },
  ),
  timeouts: insertInto(
    'msg_timeouts',
    { id: 'text', sagaId: 'text', name: 'text', timeoutMs: 'int', startedBy: 'uuid' },
    {},
    'on conflict (id) do update set timeout_ms = excluded.timeout_ms, started_by = excluded.started_by, due_at = null',
  ),
};

/** Adds the history of an advance, its command, and the timeout of that, which starts when the command is published. */
export function addProgress(save: Save<typeof progress>, { state, history, command }: Advance, cause: string): void {
  const { id: sagaId, key: orderId } = state;
  for (const transition of history)
    save.add('history', { id: newId(), sagaId, cause, transition: JSON.stringify(transition) });
  if (!command) return;
  const { topic, type, payload, timeoutMs } = command;
  const startedBy = save.publish(topic, type, orderId, cause, payload);
  const name = timeoutName(state);
  save.add('timeouts', { id: `${sagaId} ${name}`, sagaId, name, timeoutMs, startedBy });
}
