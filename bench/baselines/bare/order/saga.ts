import { topics } from '../topics.js';
import type { Topic } from '@tradewind/messaging';

/** Where an order's saga stands, as the shop keeps it. */
export interface SagaState {
  readonly id: string;
  readonly saga: 'place-order';
  readonly key: string;
  readonly version: 1;
  readonly status: 'running' | 'undoing' | 'completed' | 'failed';
  readonly done: readonly string[];
  readonly toUndo: readonly string[];
  readonly step: string | null;
  readonly attempt: number;
  readonly failure: { readonly because: 'refused'; readonly step: string; readonly reason: Rejection } | null;
  readonly alarmed: false;
  readonly startedAt: string;
  readonly changedAt: string;
}

export type Rejection = 'out-of-stock' | 'payment-declined';

export interface Transition {
  readonly from: string;
  readonly to: string;
  readonly cause: 'start' | 'reply';
  readonly detail: string;
}

/** As much of an order as its saga asks and tells with. */
export interface Order {
  readonly orderId: string;
  readonly userId: string;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly method: string;
}

/** A command, and the milliseconds in which its answer must come. */
export interface Ask {
  readonly topic: Topic;
  readonly type: string;
  readonly payload: object;
  readonly within: number;
}

export interface Move {
  readonly state: SagaState;
  readonly journal: readonly Transition[];
  readonly outcome?: { readonly status: 'confirmed' } | { readonly status: 'rejected'; readonly reason: Rejection };
  readonly ask?: Ask;
}

export const sagaId = (orderId: string): string => `place-order:${orderId}`;

const position = ({ status, step }: Pick<SagaState, 'status' | 'step'>): string =>
  status === 'running' ? `asking ${step}` : status === 'undoing' ? `undoing ${step}` : status;

export const deadlineName = (state: SagaState): string => `${position(state)}, attempt ${state.attempt}`;

export function begin(orderId: string, items: readonly object[], now: string): Move {
  const state: SagaState = {
    id: sagaId(orderId),
    saga: 'place-order',
    key: orderId,
    version: 1,
    status: 'running',
    done: [],
    toUndo: [],
    step: 'reserve stock',
    attempt: 1,
    failure: null,
    alarmed: false,
    startedAt: now,
    changedAt: now,
  };
  return {
    state,
    journal: [{ from: 'not started', to: position(state), cause: 'start', detail: 'version 1' }],
    ask: { topic: topics.stockCommands, type: 'stock.reserve', payload: { orderId, lines: items }, within: 30_000 },
  };
}

/** What a reply makes of a saga; undefined where nobody waits for it. */
export function hear(
  state: SagaState,
  { orderId, userId, total, method }: Order,
  type: string,
  now: string,
): Move | undefined {
  const to = (change: Partial<SagaState>, ...passed: readonly string[]): Pick<Move, 'state' | 'journal'> => {
    const after: SagaState = { ...state, changedAt: now, ...change };
    const stations = [position(state), ...passed, position(after)];
    return {
      state: after,
      journal: stations
        .slice(1)
        .map((station, at) => ({ from: stations[at]!, to: station, cause: 'reply', detail: type })),
    };
  };
  const over = { step: null, attempt: 0 } as const;
  switch (`${position(state)} ← ${type}`) {
    case 'asking reserve stock ← stock.reserved':
      return {
        ...to({ done: ['reserve stock'], step: 'take payment' }),
        ask: {
          topic: topics.paymentCommands,
          type: 'payment.take',
          payload: { orderId, userId, amount: total, method },
          within: 120_000,
        },
      };
    case 'asking reserve stock ← stock.refused':
      return {
        ...to({
          ...over,
          status: 'failed',
          failure: { because: 'refused', step: 'reserve stock', reason: 'out-of-stock' },
        }),
        outcome: { status: 'rejected', reason: 'out-of-stock' },
      };
    case 'asking take payment ← payment.taken':
      return {
        ...to({ done: ['reserve stock', 'take payment', 'confirm'], step: 'hand over the goods' }, 'passed confirm'),
        outcome: { status: 'confirmed' },
        ask: { topic: topics.stockCommands, type: 'stock.sell', payload: { orderId }, within: 30_000 },
      };
    case 'asking take payment ← payment.declined':
      return {
        ...to({
          status: 'undoing',
          toUndo: ['reserve stock'],
          step: 'reserve stock',
          failure: { because: 'refused', step: 'take payment', reason: 'payment-declined' },
        }),
        ask: { topic: topics.stockCommands, type: 'stock.release', payload: { orderId }, within: 10_000 },
      };
    case 'undoing reserve stock ← stock.released':
      return {
        ...to({ ...over, status: 'failed', toUndo: [] }),
        outcome: { status: 'rejected', reason: 'payment-declined' },
      };
    case 'asking hand over the goods ← stock.sold':
      return to({ ...over, status: 'completed', done: [...state.done, 'hand over the goods'] });
    default:
      return undefined;
  }
}
