import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { messageInfo } from '@tradewind/messaging/message';
import { declaredTransitions, type Saga } from '@tradewind/saga';
import { isStep } from '@tradewind/saga';
import type { Order } from '../../../apps/order/src/domain/order.js';
import { cancelOrder } from '../../../apps/order/src/sagas/cancel-order.saga.js';
import { placeOrder } from '../../../apps/order/src/sagas/place-order.saga.js';
import { declaredSagas, type DeclaredSaga } from './declared-sagas.js';

const flat = (transitions: DeclaredSaga['transitions']): string[] =>
  transitions.flatMap(([from, to, ...causes]) => causes.map((cause) => `${from} → ${to} (${cause})`)).sort();
const order = { lines: [], total: { amount: 1, currency: 'GBP' } } as unknown as Order;

describe.each([placeOrder, cancelOrder] as Saga<Order>[])('the declaration of $name', (definition) => {
  const declared = declaredSagas[`${definition.name} ${definition.version}`]!;

  it('has the transitions of its definition', () =>
    expect(flat(declared.transitions)).toEqual(
      [...new Set(declaredTransitions(definition).map(({ from, to, cause }) => `${from} → ${to} (${cause})`))].sort(),
    ));
  it('has the commands of its steps', () => {
    const commands = definition.steps
      .filter(isStep)
      .flatMap(({ name, command, compensation }) => [
        [`executing ${name}`, messageInfo(command(order).cls).type],
        ...(compensation ? [[`compensating ${name}`, messageInfo(compensation(order).cls).type]] : []),
      ]);
    expect(declared.commands).toEqual(Object.fromEntries(commands));
  });
  it('has its point of no return', () =>
    expect(declared.pointOfNoReturn).toBe(`passed ${definition.steps.find((entry) => !isStep(entry))!.name}`));
});
