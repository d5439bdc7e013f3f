import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { messageInfo } from '@tradewind/messaging';
import { declaredTransitions, type Saga } from '@tradewind/saga';
import { isStep } from '@tradewind/saga';
import type { Order } from '../../../apps/order/src/domain/order.js';
import { cancelOrder } from '../../../apps/order/src/sagas/cancel-order.saga.js';
import { placeOrder } from '../../../apps/order/src/sagas/place-order.saga.js';
import { declaredSagas, type DeclaredSaga } from './declared-sagas.js';

const flat = (transitions: DeclaredSaga['transitions']): string[] =>
  transitions.flatMap(([from, to, ...causes]) => causes.map((cause) => `${from} → ${to} (${cause})`)).sort();
const order = { lines: [], total: { amount: 1, currency: 'GBP' } } as unknown as Order;

describe.each([placeOrder, cancelOrder] as Saga<Order>[])('what the audit believes of $name', (definition) => {
  const declared = declaredSagas[`${definition.name} ${definition.version}`]!;

  it('is what its definition declares', () =>
    expect(flat(declared.transitions)).toEqual(
      [...new Set(declaredTransitions(definition).map(({ from, to, cause }) => `${from} → ${to} (${cause})`))].sort(),
    ));
  it('says what its steps say', () => {
    const said = definition.steps
      .filter(isStep)
      .flatMap(({ name, ask, undo }) => [
        [`asking ${name}`, messageInfo(ask(order).cls).type],
        ...(undo ? [[`undoing ${name}`, messageInfo(undo(order).cls).type]] : []),
      ]);
    expect(declared.says).toEqual(Object.fromEntries(said));
  });
  it('knows its point of no return', () =>
    expect(declared.pointOfNoReturn).toBe(`passed ${definition.steps.find((entry) => !isStep(entry))!.name}`));
});
