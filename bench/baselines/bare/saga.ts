import { topics } from '@tradewind/contracts';
import type { Topic } from '@tradewind/messaging';
import type { SagaState } from '@tradewind/saga';
import type { Text } from './database.js';

type RejectionReason = 'out-of-stock' | 'payment-declined';

/** What a saga needs of its order. */
export interface Order {
  readonly orderId: string;
  readonly userId: string;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly method: string;
}

interface Consequences {
  readonly outcome?: { readonly status: 'confirmed' | 'rejected'; readonly reason?: RejectionReason };
  readonly command?: {
    readonly topic: Topic;
    readonly type: string;
    readonly payload: object;
    readonly timeoutMs: number;
  };
}

export interface Advance extends Consequences {
  readonly state: SagaState;
  readonly history: readonly Text<'from' | 'to' | 'cause' | 'detail'>[];
}

export const sagaId = (orderId: string): string => `place-order:${orderId}`;

const positionOf = ({ status, step }: Pick<SagaState, 'status' | 'step'>): string =>
  status === 'running' ? `executing ${step}` : status === 'compensating' ? `compensating ${step}` : status;

export const timeoutName = (state: SagaState): string => `${positionOf(state)}, attempt ${state.attempt}`;

const stockCommand = (type: string, payload: object, timeoutMs: number): Consequences => ({
  command: { topic: topics.stockCommands, type, payload, timeoutMs },
});

export function start(orderId: string, lines: readonly object[], now: string): Advance {
  const state: SagaState = {
    id: sagaId(orderId),
    saga: 'place-order',
    key: orderId,
    version: 1,
    status: 'running',
    done: [],
    toCompensate: [],
    step: 'reserve stock',
    attempt: 1,
    failure: null,
    stuck: false,
    startedAt: now,
    changedAt: now,
  };
  const history = [{ from: 'not started', to: positionOf(state), cause: 'start', detail: 'version 1' }];
  return { state, history, ...stockCommand('stock.reserve', { orderId, lines }, 30_000) };
}

/** Advances a saga by a reply; undefined when it does not wait for it. */
export function advance(state: SagaState, order: Order, type: string, now: string): Advance | undefined {
  const { orderId, userId, total, method } = order;
  const to = (change: Partial<SagaState>, consequences: Consequences, ...passed: string[]): Advance => {
    const after: SagaState = { ...state, changedAt: now, ...change };
    const positions = [...passed, positionOf(after)];
    const history = positions.map((position, at) => {
      const from = positions[at - 1] ?? positionOf(state);
      return { from, to: position, cause: 'reply', detail: type };
    });
    return { state: after, history, ...consequences };
  };
  const failed = { status: 'failed', step: null, attempt: 0 } as const;
  const failureOf = (step: string, reason: RejectionReason) => ({ failure: { kind: 'failed', step, reason } }) as const;
  const rejected = (reason: RejectionReason): Consequences => ({ outcome: { status: 'rejected', reason } });
  switch (`${positionOf(state)} ← ${type}`) {
    case 'executing reserve stock ← stock.reserved': {
      const payload = { orderId, userId, amount: total, method };
      const command = { topic: topics.paymentCommands, type: 'payment.take', payload, timeoutMs: 120_000 };
      return to({ done: ['reserve stock'], step: 'take payment' }, { command });
    }
    case 'executing reserve stock ← stock.refused':
      return to({ ...failed, ...failureOf('reserve stock', 'out-of-stock') }, rejected('out-of-stock'));
    case 'executing take payment ← payment.taken': {
      const confirmed = { done: ['reserve stock', 'take payment', 'confirm'], step: 'sell stock' };
      const sell = stockCommand('stock.sell', { orderId }, 30_000);
      return to(confirmed, { outcome: { status: 'confirmed' }, ...sell }, 'passed confirm');
    }
    case 'executing take payment ← payment.declined': {
      const compensating = { status: 'compensating', toCompensate: ['reserve stock'], step: 'reserve stock' } as const;
      const release = stockCommand('stock.release', { orderId }, 10_000);
      return to({ ...compensating, ...failureOf('take payment', 'payment-declined') }, release);
    }
    case 'compensating reserve stock ← stock.released':
      return to({ ...failed, toCompensate: [] }, rejected('payment-declined'));
    case 'executing sell stock ← stock.sold':
      return to({ ...failed, status: 'completed', done: [...state.done, 'sell stock'] }, {});
    default:
      return undefined;
  }
}
