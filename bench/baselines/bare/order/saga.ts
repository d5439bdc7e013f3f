import type { Topic } from '@tradewind/messaging';
import type { Text } from '../database.js';
import { topics } from '../outbox.js';

/** The state of the saga of an order, as the shop stores it. */
export interface SagaState {
  readonly id: string;
  readonly saga: 'place-order';
  readonly key: string;
  readonly version: 1;
  readonly status: 'running' | 'compensating' | 'completed' | 'failed';
  readonly done: readonly string[];
  readonly toCompensate: readonly string[];
  readonly step: string | null;
  readonly attempt: number;
  readonly failure: { readonly kind: 'failed'; readonly step: string; readonly reason: RejectionReason } | null;
  readonly stuck: false;
  readonly startedAt: string;
  readonly changedAt: string;
}

export type RejectionReason = 'out-of-stock' | 'payment-declined';

export type Transition = Text<'from' | 'to' | 'cause' | 'detail'>;

/** What a saga needs of its order. */
export interface Order {
  readonly orderId: string;
  readonly userId: string;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly method: string;
}

export interface Command {
  readonly topic: Topic;
  readonly type: string;
  readonly payload: object;
  readonly timeoutMs: number;
}

export interface Advance {
  readonly state: SagaState;
  readonly history: readonly Transition[];
  readonly outcome?:
    { readonly status: 'confirmed' } | { readonly status: 'rejected'; readonly reason: RejectionReason };
  readonly command?: Command;
}

export const sagaId = (orderId: string): string => `place-order:${orderId}`;

const positionOf = ({ status, step }: Pick<SagaState, 'status' | 'step'>): string =>
  status === 'running' ? `executing ${step}` : status === 'compensating' ? `compensating ${step}` : status;

export const timeoutName = (state: SagaState): string => `${positionOf(state)}, attempt ${state.attempt}`;

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
  return {
    state,
    history: [{ from: 'not started', to: positionOf(state), cause: 'start', detail: 'version 1' }],
    command: { topic: topics.stockCommands, type: 'stock.reserve', payload: { orderId, lines }, timeoutMs: 30_000 },
  };
}

/** Advances a saga by a reply; undefined when it does not wait for it. */
export function advance(state: SagaState, order: Order, type: string, now: string): Advance | undefined {
  const { orderId, userId, total, method } = order;
  const to = (change: Partial<SagaState>, rest: Pick<Advance, 'outcome' | 'command'>, ...passed: string[]): Advance => {
    const after: SagaState = { ...state, changedAt: now, ...change };
    const positions = [positionOf(state), ...passed, positionOf(after)];
    const history = positions
      .slice(1)
      .map((position, at) => ({ from: positions[at]!, to: position, cause: 'reply', detail: type }));
    return { state: after, history, ...rest };
  };
  const over = { step: null, attempt: 0 } as const;
  const failure = (step: string, reason: RejectionReason) => ({ kind: 'failed', step, reason }) as const;
  const rejected = (reason: RejectionReason) => ({ outcome: { status: 'rejected', reason } }) as const;
  const stockCommand = (name: string, timeoutMs: number): { readonly command: Command } => ({
    command: { topic: topics.stockCommands, type: name, payload: { orderId }, timeoutMs },
  });
  switch (`${positionOf(state)} ← ${type}`) {
    case 'executing reserve stock ← stock.reserved': {
      const payload = { orderId, userId, amount: total, method };
      const command = { topic: topics.paymentCommands, type: 'payment.take', payload, timeoutMs: 120_000 };
      return to({ done: ['reserve stock'], step: 'take payment' }, { command });
    }
    case 'executing reserve stock ← stock.refused': {
      const reason = 'out-of-stock';
      return to({ ...over, status: 'failed', failure: failure('reserve stock', reason) }, rejected(reason));
    }
    case 'executing take payment ← payment.taken': {
      const confirmed = { done: ['reserve stock', 'take payment', 'confirm'], step: 'sell stock' };
      const rest = { outcome: { status: 'confirmed' }, ...stockCommand('stock.sell', 30_000) } as const;
      return to(confirmed, rest, 'passed confirm');
    }
    case 'executing take payment ← payment.declined': {
      const compensating = { status: 'compensating', toCompensate: ['reserve stock'], step: 'reserve stock' } as const;
      const change = { ...compensating, failure: failure('take payment', 'payment-declined') };
      return to(change, stockCommand('stock.release', 10_000));
    }
    case 'compensating reserve stock ← stock.released':
      return to({ ...over, status: 'failed', toCompensate: [] }, rejected('payment-declined'));
    case 'executing sell stock ← stock.sold':
      return to({ ...over, status: 'completed', done: [...state.done, 'sell stock'] }, {});
    default:
      return undefined;
  }
}
