import { groupBy } from '@tradewind/kernel';
import { declaredTransitions, type Saga } from '@tradewind/saga';
import type { Order } from '../../../apps/order/src/domain/order.js';
import { cancelOrder } from '../../../apps/order/src/sagas/cancel-order.saga.js';
import { placeOrder } from '../../../apps/order/src/sagas/place-order.saga.js';
import type { FinalState, Violation } from './final-state.js';

const declared = new Map(
  [placeOrder, cancelOrder].map((saga: Saga<Order>) => [saga.name, new Set(declaredTransitions(saga).map(nameOf))]),
);

function nameOf({ from, to, cause }: { readonly from: string; readonly to: string; readonly cause: string }): string {
  return `${from} → ${to} (${cause})`;
}

/** Every saga has ended, and its history contains only transitions of its definition, without gaps. */
export function checkSagas({ sagas, sagaHistory }: FinalState): Violation[] {
  return [
    ...sagas
      .filter(({ status }) => status !== 'completed' && status !== 'failed')
      .map(({ id, status, state }) => `saga: ${id} is still ${status}, at ${state.step}`),
    ...sagaHistory
      .filter(({ sagaId, transition }) => !declared.get(sagaId.slice(0, sagaId.indexOf(':')))?.has(nameOf(transition)))
      .map(
        ({ sagaId, transition }) =>
          `saga: ${sagaId} made the transition ${nameOf(transition)}, which is not in its definition`,
      ),
    ...[...groupBy(sagaHistory, ({ sagaId }) => sagaId)].flatMap(([sagaId, lines]) =>
      historyViolations(
        sagaId,
        lines.map(({ transition }) => transition),
      ),
    ),
  ];
}

/** Each state except the first and the last is entered as often as it is left. */
function historyViolations(
  sagaId: string,
  lines: readonly { readonly from: string; readonly to: string }[],
): Violation[] {
  const balance = new Map<string, number>();
  for (const { from, to } of lines) {
    balance.set(from, (balance.get(from) ?? 0) - 1);
    balance.set(to, (balance.get(to) ?? 0) + 1);
  }
  const open = [...balance]
    .filter(([, count]) => count !== 0)
    .map(([state, count]) => `${state} ${count > 0 ? 'entered' : 'left'}`)
    .sort();
  const complete =
    open.length === 2 &&
    open.includes('not started left') &&
    (open.includes('completed entered') || open.includes('failed entered'));
  return complete ? [] : [`saga: the history of ${sagaId} has gaps: ${open.join(', ')}`];
}
