import { describe, expect, it } from '@jest/globals';
import { SellStock, orderId } from '@tradewind/contracts';
import type { Envelope } from '@tradewind/messaging/internals';
import { makeMessage, messageInfo } from '@tradewind/messaging/message';
import type { Published } from '@tradewind/operations';
import {
  advance,
  timeoutName,
  isOver,
  isStep,
  definitionOf,
  type Input,
  type Saga,
  type SagaState,
  type OutgoingMessage,
} from '@tradewind/saga';
import { aPendingOrder, aSealedText } from '../../test/an-order.fixture.spec.js';
import { changeAddress, type Order } from '../domain/order.js';
import { recovery } from './recovery.js';
import { cancelOrder } from '../sagas/cancel-order.saga.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { eventsOf } from '../sagas/order.changes.js';

/** A generator of pseudo-random numbers: the same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const id = (number: number): string => `01990000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/** An order with its sagas in memory: the messages published and consumed, and the final rows. */
class SimulatedOrder {
  readonly published: Published[] = [];
  readonly consumed: Published[] = [];
  readonly states = new Map<string, SagaState>();
  order: Order = aPendingOrder();
  #now = Date.parse('2030-01-01T12:00:00.000Z');
  #number = 100;
  readonly #sequences = new Map<string, bigint>();

  constructor(
    private readonly random: (below: number) => number,
    private readonly skewed = false,
  ) {
    this.#publish(id(this.#number++), eventsOf(undefined, this.order));
    this.advance(placeOrder, { kind: 'start' }, this.published[0]!.envelope.causation);
  }

  /** True if the saga made a transition. */
  advance(saga: Saga<Order>, input: Input, cause = id(this.#number++)): boolean {
    this.#now += 1 + this.random(2_000);
    const at = input.kind === 'start' && saga === placeOrder ? this.published[0]!.at : new Date(this.#now);
    const { state, subject, messages, history } = advance(saga, this.states.get(saga.name), this.order, input, at);
    if (history.length === 0) return false;
    this.states.set(saga.name, state);
    this.order = subject;
    this.#publish(cause, messages, at);
    return true;
  }

  /** A participant replies with an expected or an unexpected message. */
  reply(): void {
    const running = [...this.states.values()].filter((state) => !isOver(state));
    const [state] = running;
    if (!state) return;
    const saga = state.saga === placeOrder.name ? placeOrder : cancelOrder;
    const step = definitionOf(saga, state.version)
      .steps.filter(isStep)
      .find(({ name }) => name === state.step)!;
    const replies = [
      step.success,
      ...(step.failure ? [step.failure] : []),
      ...(step.compensated ? [step.compensated] : []),
    ];
    const cls = replies[this.random(replies.length)]!;
    const message = Object.assign(new cls(), { orderId: this.order.orderId });
    const envelope = this.#envelope(id(this.#number++));
    this.consumed.push({ message, envelope, at: new Date(this.#now) });
    for (const each of [placeOrder, cancelOrder])
      if (this.states.has(each.name)) this.advance(each, { kind: 'reply', message }, envelope.id);
  }

  timeOut(): void {
    for (const saga of [placeOrder, cancelOrder]) {
      const state = this.states.get(saga.name);
      if (state && !isOver(state)) this.advance(saga, { kind: 'timeout', name: timeoutName(state) });
    }
  }

  cancel(): void {
    if (this.order.status === 'pending') this.advance(placeOrder, { kind: 'cancel' });
    else if (this.order.status === 'confirmed' && !this.states.has(cancelOrder.name))
      this.advance(cancelOrder, { kind: 'start' });
  }

  operator(): void {
    for (const saga of [placeOrder, cancelOrder]) {
      const state = this.states.get(saga.name);
      if (state && !isOver(state))
        this.advance(saga, {
          kind: 'operator',
          action: (['retry', 'expire'] as const)[this.random(2)]!,
          reason: 'because',
        });
    }
  }

  changeAddress(): void {
    const changed =
      this.order.status === 'pending'
        ? changeAddress(this.order, aSealedText(), new Date((this.#now += 1)))
        : undefined;
    if (!changed || 'rejected' in changed) return;
    this.#publish(id(this.#number++), eventsOf(this.order, changed));
    this.order = changed;
  }

  #publish(cause: string, messages: readonly OutgoingMessage[], at = new Date(this.#now)): void {
    for (const { cls, fields } of messages) {
      const topic = messageInfo(cls).topic.name;
      const sequence = (this.#sequences.get(topic) ?? 0n) + 1n;
      this.#sequences.set(topic, sequence);
      // Wrong clocks: a later message may have an earlier time.
      const skewedAt = new Date(at.getTime() - this.random(4) * 30_000);
      this.published.push({
        message: makeMessage(cls, fields),
        envelope: { ...this.#envelope(id(this.#number++), cause), sequence },
        at: this.skewed ? skewedAt : at,
      });
    }
  }

  #envelope(own: string, causation = own): Envelope {
    return {
      id: own,
      type: 'any',
      version: 1,
      source: '/order',
      sequence: 1n,
      correlation: undefined,
      causation,
    };
  }
}

const consumedBy = ({ consumed }: SimulatedOrder): ReadonlyMap<string, object> =>
  new Map(consumed.map(({ message, envelope }) => [envelope.id, message]));

/** The completion of place-order publishes nothing, so no event shows it: the recovered saga still waits for its last reply. */
const asPublished = (state: SagaState): unknown => {
  const silent = state.saga === placeOrder.name && state.status === 'completed';
  return silent ? { saga: state.saga, status: 'running', step: 'sell stock' } : state;
};

describe.each(Array.from({ length: 300 }, (_, seed) => seed))('an order with the random history %i', (seed) => {
  const random = randomOf(seed + 1);
  const simulated = new SimulatedOrder(random);
  for (let steps = 2 + random(25); steps > 0; steps--) {
    const choice = random(20);
    if (choice < 12) simulated.reply();
    else if (choice < 15) simulated.timeOut();
    else if (choice < 17) simulated.cancel();
    else if (choice < 18) simulated.operator();
    else simulated.changeAddress();
  }
  const recovered = [...recovery.sagas!(simulated.published, consumedBy(simulated))];
  const [sagas, timeouts, history] = [
    recovered.map(({ saga }) => saga),
    recovered.flatMap((each) => each.timeouts),
    recovered.flatMap((each) => each.history),
  ];

  it('has its sagas recovered in their final state', () => {
    const found = [...sagas].map(({ state }) => state);
    const expected = [...simulated.states.values()];
    expect(found.map(({ saga }) => saga).sort()).toEqual(expected.map(({ saga }) => saga).sort());
    for (const state of expected)
      expect(found.find(({ saga }) => saga === state.saga)).toMatchObject(asPublished(state) as object);
  });
  it('has one timeout per running saga, for its current command, and unique history ids', () => {
    const running = [...sagas].filter(({ status }) => status === 'running' || status === 'compensating');
    expect([...timeouts].map(({ sagaId, name }) => [sagaId, name]).sort()).toEqual(
      running.map(({ id: sagaId, state }) => [sagaId, timeoutName(state)]).sort(),
    );
    const ids = [...history].map(({ id: own }) => own);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe.each(Array.from({ length: 100 }, (_, seed) => seed))(
  'an order whose instances have wrong clocks, random history %i',
  (seed) => {
    it('is recovered by the order of the topics', () => {
      const random = randomOf(seed + 1_000);
      const simulated = new SimulatedOrder(random, true);
      for (let steps = 2 + random(20); steps > 0; steps--) random(3) < 2 ? simulated.reply() : simulated.cancel();
      const published = simulated.published.toSorted((a, b) => a.at.getTime() - b.at.getTime());
      const found = [...recovery.sagas!(published, consumedBy(simulated))].map((each) => each.saga);
      expect(found.map(({ saga }) => saga).sort()).toEqual([...simulated.states.keys()].sort());
      for (const { saga, status, step } of simulated.states.values()) {
        const silent = saga === placeOrder.name && status === 'completed';
        expect(found.find((each) => each.saga === saga)!.state).toMatchObject(
          silent ? { status: 'running', step: 'sell stock' } : { status, step },
        );
      }
    });
  },
);

describe('the messages of many orders, one order after another', () => {
  it('give one row per order', () => {
    const orders = [1, 2, 3].map((number) => aPendingOrder({ orderId: orderId(id(number)) }));
    const envelope: Envelope = {
      id: id(9),
      type: 'any',
      version: 1,
      source: '/order',
      sequence: 1n,
      correlation: undefined,
      causation: id(9),
    };
    const published = orders.flatMap((order) =>
      eventsOf(undefined, order).map(({ cls, fields }): Published => ({
        message: makeMessage(cls, fields),
        envelope,
        at: order.placedAt,
      })),
    );
    expect(recovery.rows(published, new Map()).map(([{ name }, rows]) => [name, [...rows]])).toEqual([
      ['orders', orders],
    ]);
  });
});

describe('a message that does not follow from the messages before it', () => {
  it('is named', () => {
    const simulated = new SimulatedOrder(randomOf(7));
    const [placed, reserve] = simulated.published;
    const unexpected = {
      ...reserve!,
      message: makeMessage(SellStock, { orderId: simulated.order.orderId }),
      envelope: { ...reserve!.envelope, causation: id(1) },
    };
    expect(() => [...recovery.sagas!([placed!, reserve!, unexpected], new Map())]).toThrow(
      /SellStock of the order .* does not follow/,
    );
  });
});
