import { describe, expect, it } from '@jest/globals';
import { SellStock } from '@tradewind/contracts';
import { orderId } from '@tradewind/kernel';
import { makeMessage } from '@tradewind/messaging/contract';
import { messageInfo, type Envelope, type Told } from '@tradewind/messaging';
import {
  advance,
  deadlineName,
  isOver,
  isStep,
  storyOf,
  type Input,
  type Saga,
  type SagaState,
  type Said,
} from '@tradewind/saga';
import { aPendingOrder, aSealedText } from '../test/an-order.fixture.spec.js';
import { changeAddress, type Order } from './domain/order.js';
import { recovery } from './recovery.js';
import { cancelOrder } from './sagas/cancel-order.saga.js';
import { placeOrder } from './sagas/place-order.saga.js';
import { told } from './sagas/tell.js';

/** The same numbers for the same seed. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const id = (number: number): string => `01990000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/** An order's life, as its service would live it: what it said and heard, and what its database holds at the end. */
class Life {
  readonly said: Told[] = [];
  readonly heard: Told[] = [];
  readonly states = new Map<string, SagaState>();
  order: Order = aPendingOrder();
  #now = Date.parse('2030-01-01T12:00:00.000Z');
  #number = 100;
  readonly #sequences = new Map<string, bigint>();

  constructor(
    private readonly chance: (below: number) => number,
    private readonly skewed = false,
  ) {
    this.#say(id(this.#number++), told(undefined, this.order));
    this.steer(placeOrder, { kind: 'start' }, this.said[0]!.envelope.causation);
  }

  /** True where it moved. */
  steer(saga: Saga<Order>, input: Input, cause = id(this.#number++)): boolean {
    this.#now += 1 + this.chance(2_000);
    const at = input.kind === 'start' && saga === placeOrder ? this.said[0]!.at : new Date(this.#now);
    const { state, subject, say, journal } = advance(saga, this.states.get(saga.name), this.order, input, at);
    if (journal.length === 0) return false;
    this.states.set(saga.name, state);
    this.order = subject;
    this.#say(cause, say, at);
    return true;
  }

  /** Somebody answers what is awaited, or something that is not. */
  reply(): void {
    const running = [...this.states.values()].filter((state) => !isOver(state));
    const [state] = running;
    if (!state) return;
    const saga = state.saga === placeOrder.name ? placeOrder : cancelOrder;
    const step = storyOf(saga, state.version)
      .steps.filter(isStep)
      .find(({ name }) => name === state.step)!;
    const answers = [step.done, ...(step.refused ? [step.refused] : []), ...(step.undone ? [step.undone] : [])];
    const cls = answers[this.chance(answers.length)]!;
    const message = Object.assign(new cls(), { orderId: this.order.orderId });
    const envelope = this.#envelope(id(this.#number++));
    this.heard.push({ message, envelope, at: new Date(this.#now) });
    for (const each of [placeOrder, cancelOrder])
      if (this.states.has(each.name)) this.steer(each, { kind: 'reply', message }, envelope.id);
  }

  deadline(): void {
    for (const saga of [placeOrder, cancelOrder]) {
      const state = this.states.get(saga.name);
      if (state && !isOver(state)) this.steer(saga, { kind: 'deadline', name: deadlineName(state) });
    }
  }

  cancel(): void {
    if (this.order.status === 'pending') this.steer(placeOrder, { kind: 'cancel' });
    else if (this.order.status === 'confirmed' && !this.states.has(cancelOrder.name))
      this.steer(cancelOrder, { kind: 'start' });
  }

  operator(): void {
    for (const saga of [placeOrder, cancelOrder]) {
      const state = this.states.get(saga.name);
      if (state && !isOver(state))
        this.steer(saga, {
          kind: 'operator',
          action: (['retry', 'push'] as const)[this.chance(2)]!,
          reason: 'because',
        });
    }
  }

  moveHouse(): void {
    const moved =
      this.order.status === 'pending'
        ? changeAddress(this.order, aSealedText(), new Date((this.#now += 1)))
        : undefined;
    if (!moved || 'refused' in moved) return;
    this.#say(id(this.#number++), told(this.order, moved));
    this.order = moved;
  }

  #say(cause: string, says: readonly Said[], at = new Date(this.#now)): void {
    for (const { cls, fields } of says) {
      const topic = messageInfo(cls).topic.name;
      const sequence = (this.#sequences.get(topic) ?? 0n) + 1n;
      this.#sequences.set(topic, sequence);
      // Instances whose clocks are wrong: what was later may seem to be earlier.
      const seen = new Date(at.getTime() - this.chance(4) * 30_000);
      this.said.push({
        message: makeMessage(cls, fields),
        envelope: { ...this.#envelope(id(this.#number++), cause), sequence },
        at: this.skewed ? seen : at,
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
      traceparent: null,
    };
  }
}

const heardBy = ({ heard }: Life): ReadonlyMap<string, object> =>
  new Map(heard.map(({ message, envelope }) => [envelope.id, message]));

/** An end that says nothing is in no event: such a saga stands before the reply that ends it. */
const asTold = (state: SagaState): unknown => {
  const silent = state.saga === placeOrder.name && state.status === 'completed';
  return silent ? { saga: state.saga, status: 'running', step: 'hand over the goods' } : state;
};

describe.each(Array.from({ length: 300 }, (_, seed) => seed))('an order with the fate %i', (seed) => {
  const chance = chanceOf(seed + 1);
  const life = new Life(chance);
  for (let turns = 2 + chance(25); turns > 0; turns--) {
    const draw = chance(20);
    if (draw < 12) life.reply();
    else if (draw < 15) life.deadline();
    else if (draw < 17) life.cancel();
    else if (draw < 18) life.operator();
    else life.moveHouse();
  }
  const retold = [...recovery.sagas!(life.said, heardBy(life))];
  const [sagas, timers, journal] = [
    retold.map(({ saga }) => saga),
    retold.flatMap((each) => each.timers),
    retold.flatMap((each) => each.journal),
  ];

  it('has its sagas retold to where they stand', () => {
    const found = [...sagas].map(({ state }) => state);
    const expected = [...life.states.values()];
    expect(found.map(({ saga }) => saga).sort()).toEqual(expected.map(({ saga }) => saga).sort());
    for (const state of expected)
      expect(found.find(({ saga }) => saga === state.saga)).toMatchObject(asTold(state) as object);
  });
  it('has one deadline for each that runs, of its present command, and journal lines that differ', () => {
    const running = [...sagas].filter(({ status }) => status === 'running' || status === 'undoing');
    expect([...timers].map(({ sagaId, name }) => [sagaId, name]).sort()).toEqual(
      running.map(({ id: sagaId, state }) => [sagaId, deadlineName(state)]).sort(),
    );
    const ids = [...journal].map(({ id: own }) => own);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe.each(Array.from({ length: 100 }, (_, seed) => seed))(
  'an order whose instances have wrong clocks, fate %i',
  (seed) => {
    it('is retold by the order on the topics', () => {
      const chance = chanceOf(seed + 1_000);
      const life = new Life(chance, true);
      for (let turns = 2 + chance(20); turns > 0; turns--) chance(3) < 2 ? life.reply() : life.cancel();
      const said = life.said.toSorted((a, b) => a.at.getTime() - b.at.getTime());
      const found = [...recovery.sagas!(said, heardBy(life))].map((each) => each.saga);
      expect(found.map(({ saga }) => saga).sort()).toEqual([...life.states.keys()].sort());
      for (const { saga, status, step } of life.states.values()) {
        const silent = saga === placeOrder.name && status === 'completed';
        expect(found.find((each) => each.saga === saga)!.state).toMatchObject(
          silent ? { status: 'running', step: 'hand over the goods' } : { status, step },
        );
      }
    });
  },
);

describe('what was said of many orders, one after another', () => {
  it('makes a row of each', () => {
    const orders = [1, 2, 3].map((number) => aPendingOrder({ orderId: orderId(id(number)) }));
    const envelope: Envelope = {
      id: id(9),
      type: 'any',
      version: 1,
      source: '/order',
      sequence: 1n,
      correlation: undefined,
      causation: id(9),
      traceparent: null,
    };
    const said = orders.flatMap((order) =>
      told(undefined, order).map(({ cls, fields }): Told => ({
        message: makeMessage(cls, fields),
        envelope,
        at: order.placedAt,
      })),
    );
    expect(recovery.rows(said, new Map()).map(([{ name }, rows]) => [name, [...rows]])).toEqual([['orders', orders]]);
  });
});

describe('what was said of an order that follows from nothing', () => {
  it('is named', () => {
    const life = new Life(chanceOf(7));
    const [placed, reserve] = life.said;
    const stray = {
      ...reserve!,
      message: makeMessage(SellStock, { orderId: life.order.orderId }),
      envelope: { ...reserve!.envelope, causation: id(1) },
    };
    expect(() => [...recovery.sagas!([placed!, reserve!, stray], new Map())]).toThrow(
      /SellStock of the order .* does not follow/,
    );
  });
});
