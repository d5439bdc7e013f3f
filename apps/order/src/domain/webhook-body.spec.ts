import { describe, expect, it } from '@jest/globals';
import { contracts, sealedPattern, topics } from '@tradewind/contracts';
import { messageInfo } from '@tradewind/messaging/message';
import { anId, aPendingOrder, aSealedText } from '../../test/an-order.fixture.spec.js';
import { eventsOf } from '../sagas/order.changes.js';
import { webhookBody, webhookEvents } from './webhook-body.js';

const placed = eventsOf(undefined, aPendingOrder(), { keyHash: 'a'.repeat(64), bodyHash: 'b'.repeat(64) })[0]!;
const published = {
  id: anId(70),
  type: 'order.placed',
  version: 1,
  sequence: 1,
  occurredAt: '2030-01-01T12:00:00.000Z',
};

describe('the body of a delivery', () => {
  it('has the event without the buyer, the address and the hashes of the request', () => {
    const { lines, total } = aPendingOrder();
    expect(JSON.parse(webhookBody({ ...published, payload: JSON.stringify(placed.fields) }))).toEqual({
      ...published,
      data: { orderId: anId(1), lines, total, placedAt: '2030-01-01T12:00:00.000Z' },
    });
  });
  it('has no field that it does not know, of any event', () => {
    const everything = { orderId: anId(1), userId: anId(2), staffId: anId(3), shippingAddress: aSealedText(), more: 1 };
    for (const type of webhookEvents) {
      const body = webhookBody({ ...published, type, payload: JSON.stringify(everything) });
      expect(JSON.parse(body)).toMatchObject({ data: { orderId: anId(1) } });
      expect(Object.keys((JSON.parse(body) as { data: object }).data)).toEqual(['orderId']);
      expect(body).not.toMatch(sealedPattern);
    }
  });
});

describe('the events of webhooks', () => {
  it('are all events of orders', () =>
    expect([...webhookEvents].sort()).toEqual(
      contracts.classes
        .map(messageInfo)
        .filter(({ topic }) => topic.name === topics.orderEvents.name)
        .map(({ type }) => type)
        .sort(),
    ));
});
