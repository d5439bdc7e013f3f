import { describe, expect, it } from '@jest/globals';
import type { MessageDescription, SagaDescription, ServiceDescription } from '@tradewind/messaging/internals';
import { deployProblems, problemText, type RunningService } from './deploy-problems.js';

const topic = (name: string, owner: string, unknownTypes: 'skip' | 'dead-letter' = 'dead-letter') =>
  ({ name, owner, partitions: 6, retention: 'keep', carries: 'events', unknownTypes, foreign: false }) as const;

const take = (maxLength: number, more: Partial<MessageDescription> = {}): MessageDescription => ({
  type: 'payment.take',
  topic: 'payment.commands',
  key: 'orderId',
  version: 1,
  readableSince: 1,
  tombstone: false,
  upcastsFrom: [],
  schema: { type: 'object', properties: { method: { type: 'string', maxLength } }, required: ['method'] },
  ...more,
});
const saga = (version: number, more: Partial<SagaDescription> = {}): SagaDescription => ({
  name: 'place-order',
  version,
  current: true,
  subjects: 'orders',
  canBeCancelled: true,
  steps: [{ name: 'pay', kind: 'step', command: 'payment.take', success: 'payment.taken', timeout: '2m', retries: 0 }],
  ...more,
});

const order = (message: MessageDescription, more: Partial<ServiceDescription> = {}): ServiceDescription => ({
  format: 1,
  service: 'order',
  consumers: [],
  publishes: ['payment.take'],
  messages: [message],
  topics: [topic('payment.commands', 'order')],
  sagas: [saga(1)],
  effects: [],
  ...more,
});
const payment = (
  message: MessageDescription | undefined,
  more: Partial<ServiceDescription> = {},
): ServiceDescription => ({
  format: 1,
  service: 'payment',
  consumers: [
    {
      group: 'payment',
      topics: ['payment.commands'],
      handles: [{ type: 'payment.take', kind: 'policy' }],
      ignores: [],
    },
  ],
  publishes: [],
  messages: message ? [message] : [],
  topics: [topic('payment.commands', 'order')],
  sagas: [],
  effects: [{ name: 'payment.take' }],
  ...more,
});
const runs = (description: ServiceDescription, more: Partial<RunningService> = {}): RunningService => ({
  description,
  openSagas: [],
  pendingEffects: [],
  ...more,
});
const textsOf = (checkout: readonly ServiceDescription[], running: readonly RunningService[]): string[] =>
  deployProblems(checkout, running).map(problemText);

describe('a checkout that widens a rule of a command', () => {
  const running = [runs(order(take(40))), runs(payment(take(40)))];

  it('is refused for the publisher while the consumer runs with the old rule, with consumer, type and field', () =>
    expect(deployProblems([order(take(60))], running)).toEqual([
      {
        service: 'order',
        first: 'payment',
        consumer: 'payment',
        type: 'payment.take',
        field: 'method',
        why: 'has the maxLength 60, and 40 is accepted',
      },
    ]));

  it('says what to deploy first', () =>
    expect(textsOf([order(take(60))], running)).toEqual([
      'deploy payment first, then order: the consumer payment would dead-letter payment.take: method has the maxLength 60, and 40 is accepted',
    ]));

  it('is accepted for the consumer', () => expect(deployProblems([payment(take(60))], running)).toEqual([]));

  it('is accepted for the publisher once every running consumer has the new rule', () =>
    expect(deployProblems([order(take(60))], [runs(order(take(40))), runs(payment(take(60)))])).toEqual([]));

  it('is refused while one of two running versions of the consumer has the old rule', () =>
    expect(deployProblems([order(take(60))], [runs(payment(take(60))), runs(payment(take(40)))])).toHaveLength(1));

  it('is refused for both in one go, and names the order', () =>
    expect(
      deployProblems([order(take(60)), payment(take(60))], running).map(({ service, first }) => [service, first]),
    ).toEqual([['order', 'payment']]));

  it('is refused for good where the new version of the consumer does not accept it either', () =>
    expect(textsOf([order(take(60)), payment(take(40))], [runs(payment(take(40)))])[0]).toMatch(
      /^order cannot be deployed in one step: the consumer payment would dead-letter/,
    ));
});

describe('a checkout that narrows a rule', () => {
  it('is refused for the consumer while a publisher runs with the old rule', () =>
    expect(
      deployProblems([payment(take(20))], [runs(order(take(40)))]).map(({ first, field }) => [first, field]),
    ).toEqual([['order', 'method']]));
  it('is accepted for the publisher', () =>
    expect(deployProblems([order(take(20))], [runs(payment(take(40)))])).toEqual([]));
});

describe('a new version of a type', () => {
  const second = take(40, { version: 2, readableSince: 2, upcastsFrom: [1] });

  it('is refused while a running consumer reads only the old one', () =>
    expect(deployProblems([order(second)], [runs(payment(take(40)))])[0]?.why).toBe(
      'it has version 2, and versions up to 1 are read',
    ));
  it('is accepted where old readers can read it', () =>
    expect(deployProblems([order({ ...second, readableSince: 1 })], [runs(payment(take(40)))])).toEqual([]));
  it('is refused where old readers read it by rules that it may break', () =>
    expect(
      deployProblems([order({ ...second, readableSince: 1, schema: take(50).schema })], [runs(payment(take(40)))]),
    ).toHaveLength(1));
  it('is no reason against a consumer that upcasts the old one', () =>
    expect(deployProblems([payment(second)], [runs(order(take(60)))])).toEqual([]));
  it('is a reason against going back with a consumer', () =>
    expect(deployProblems([payment(take(40))], [runs(order(second))])[0]).toMatchObject({
      service: 'payment',
      first: 'order',
    }));
});

describe('a new type', () => {
  it('is refused while a running consumer of a topic of commands does not know it', () =>
    expect(deployProblems([order(take(40))], [runs(payment(undefined))])[0]).toMatchObject({
      first: 'payment',
      field: '',
      why: 'the type is not known, and unknown types on payment.commands are dead-lettered',
    }));
  it('is accepted on a topic whose unknown types are skipped', () =>
    expect(
      deployProblems(
        [order(take(40))],
        [runs(payment(undefined, { topics: [topic('payment.commands', 'order', 'skip')] }))],
      ),
    ).toEqual([]));
  it('is accepted while no consumer of its topic runs', () =>
    expect(deployProblems([order(take(40))], [runs(payment(undefined, { consumers: [] }))])).toEqual([]));
});

describe('a type that a running group ignores', () => {
  const ignoring = payment(take(40), {
    consumers: [{ group: 'payment', topics: ['payment.commands'], handles: [], ignores: ['payment.take'] }],
  });
  it('counts as well, because it is read before it is ignored', () =>
    expect(deployProblems([order(take(60))], [runs(ignoring)])).toHaveLength(1));
});

describe('a service that consumes its own messages', () => {
  const own = (length: number): ServiceDescription => ({ ...payment(take(length)), publishes: ['payment.take'] });
  it('cannot be deployed in one step', () =>
    expect(textsOf([own(60)], [runs(own(40))])).toEqual([
      'payment cannot be deployed in one step: the consumer payment would dead-letter payment.take: method has the maxLength 60, and 40 is accepted',
    ]));
});

describe('sagas that have not ended', () => {
  const open = { openSagas: [{ saga: 'place-order', version: 1, instances: 3 }] };
  const described = (sagas: readonly SagaDescription[]): ServiceDescription => order(take(40), { sagas });

  it('need their version', () =>
    expect(textsOf([described([saga(2)])], [runs(described([saga(1)]), open)])).toEqual([
      'order cannot be deployed in one step: 3 instances of place-order, version 1, not ended, and the checkout does not define that version: keep its steps under "older"',
    ]));
  it('may end with an older version', () =>
    expect(textsOf([described([saga(2), saga(1, { current: false })])], [runs(described([saga(1)]), open)])).toEqual(
      [],
    ));
  it('keep the steps of their version', () =>
    expect(textsOf([described([saga(1, { steps: [] })])], [runs(described([saga(1)]), open)])[0]).toContain(
      'raise the version',
    ));
  it('may get other timeouts', () =>
    expect(
      textsOf(
        [described([saga(1, { steps: [{ ...saga(1).steps[0]!, timeout: '9m' }] })])],
        [runs(described([saga(1)]), open)],
      ),
    ).toEqual([]));
  it('concern nothing where none is left', () =>
    expect(textsOf([described([saga(2)])], [runs(described([saga(1)]))])).toEqual([]));
});

describe('pending effects', () => {
  it('need the effect in the checkout', () =>
    expect(
      textsOf(
        [payment(take(40), { effects: [] })],
        [runs(payment(take(40)), { pendingEffects: [{ name: 'payment.take', count: 1 }] })],
      ),
    ).toEqual([
      'payment cannot be deployed in one step: 1 pending effect payment.take, which the checkout does not have: no instance would run them',
    ]));
});

describe('a checkout that is what runs', () => {
  it('can be deployed', () => {
    const services = [order(take(40)), payment(take(40))];
    expect(
      deployProblems(
        services,
        services
          .map((each) => runs(each, { openSagas: [{ saga: 'place-order', version: 1, instances: 1 }] }))
          .slice(0, 1),
      ),
    ).toEqual([]);
  });
});
