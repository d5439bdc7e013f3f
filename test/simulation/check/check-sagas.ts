import { groupBy } from '@tradewind/kernel';
import { declaredTransitions, type Saga } from '@tradewind/saga';
import type { Order } from '../../../apps/order/src/domain/order.js';
import { cancelOrder } from '../../../apps/order/src/sagas/cancel-order.saga.js';
import { placeOrder } from '../../../apps/order/src/sagas/place-order.saga.js';
import type { Facts, Violation } from './facts.js';

const declared = new Map(
  [placeOrder, cancelOrder].map((saga: Saga<Order>) => [saga.name, new Set(declaredTransitions(saga).map(nameOf))]),
);

function nameOf({ from, to, cause }: { readonly from: string; readonly to: string; readonly cause: string }): string {
  return `${from} → ${to} (${cause})`;
}

/** Every saga is over, and went only where its story goes, one step after the other. */
export function checkSagas({ sagas, journal }: Facts): Violation[] {
  return [
    ...sagas
      .filter(({ status }) => status !== 'completed' && status !== 'failed')
      .map(({ id, status, state }) => `saga: ${id} is still ${status}, at ${state.step}`),
    ...journal
      .filter(({ sagaId, transition }) => !declared.get(sagaId.slice(0, sagaId.indexOf(':')))?.has(nameOf(transition)))
      .map(({ sagaId, transition }) => `saga: ${sagaId} went ${nameOf(transition)}, which its story does not tell`),
    ...[...groupBy(journal, ({ sagaId }) => sagaId)].flatMap(([sagaId, lines]) =>
      brokenPath(
        sagaId,
        lines.map(({ transition }) => transition),
      ),
    ),
  ];
}

/** From the start, each line begins where another has ended: as often as a place was entered it was left, but for the end. */
function brokenPath(sagaId: string, lines: readonly { readonly from: string; readonly to: string }[]): Violation[] {
  const balance = new Map<string, number>();
  for (const { from, to } of lines) {
    balance.set(from, (balance.get(from) ?? 0) - 1);
    balance.set(to, (balance.get(to) ?? 0) + 1);
  }
  const open = [...balance]
    .filter(([, count]) => count !== 0)
    .map(([place, count]) => `${place} ${count > 0 ? 'entered' : 'left'}`)
    .sort();
  const whole =
    open.length === 2 &&
    open.includes('not started left') &&
    (open.includes('completed entered') || open.includes('failed entered'));
  return whole ? [] : [`saga: the way of ${sagaId} has holes: ${open.join(', ')}`];
}
