import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { asyncApi } from '@tradewind/operations';
import { faultsOf } from './async-api-faults.fixture.spec.js';
import { descriptions } from './descriptions.js';

interface Operation {
  readonly action: string;
  readonly channel: { readonly $ref: string };
  readonly messages: readonly { readonly $ref: string }[];
  readonly bindings?: object;
}

describe('the AsyncAPI document of services', () => {
  const document = asyncApi(descriptions, { title: 'Shop', version: '1' });
  const operations = document['operations'] as Readonly<Record<string, Operation>>;

  it('is valid', () => expect(faultsOf(document)).toEqual([]));

  it('has one sender of each topic', () => {
    const senders = Object.values(operations)
      .filter(({ action }) => action === 'send')
      .map(({ channel }) => channel.$ref);
    expect(senders).toContain('#/channels/order.events');
    expect(new Set(senders).size).toBe(senders.length);
  });

  it('has an operation of each consumer group and topic, with what it handles', () =>
    expect(operations['order.prices.receive.product.events']).toMatchObject({
      action: 'receive',
      channel: { $ref: '#/channels/product.events' },
      messages: expect.arrayContaining([{ $ref: '#/channels/product.events/messages/product.repriced' }]),
      bindings: { kafka: { groupId: { enum: ['order.prices'] } } },
    }));

  it('says what the broker keeps of a compacted topic', () =>
    expect((document['channels'] as Record<string, object>)['user.data-keys']).toMatchObject({
      bindings: {
        kafka: {
          partitions: 3,
          topicConfiguration: { 'cleanup.policy': ['compact'], 'delete.retention.ms': 7_776_000_000 },
        },
      },
    }));

  it('is not valid with an operation that neither sends nor receives', () => {
    const wrong = { ...document, operations: { a: { ...operations['order.send.order.events'], action: 'shout' } } };
    expect(faultsOf(wrong)).not.toEqual([]);
  });
});
