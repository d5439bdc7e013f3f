import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../api/client.js';
import { aCustomer, aProduct, placeOrder, type Customer } from '../api/customers.js';
import type { ShopFixture } from '../api/fixture.js';

interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly orderId: string; readonly at: string };
}

const parse = (block: string): ReceivedEvent => {
  const {
    id = '',
    event = '',
    data = 'null',
  } = Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return { id, event, data: JSON.parse(data) as ReceivedEvent['data'] };
};

/** Reads server-sent events until this many have arrived or the stream ends, then closes the connection. */
async function listen(
  client: Client,
  orderId: string,
  { after, until }: { after?: string; until: number },
): Promise<{ received: ReceivedEvent[]; ended: boolean }> {
  const connection = new AbortController();
  const response = await client.open(
    'GET',
    `/orders/${orderId}/events`,
    undefined,
    { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) },
    connection.signal,
  );
  if (response.status !== 200 || !response.body) throw new Error(`no stream: ${response.status}`);
  let text = '';
  const received: ReceivedEvent[] = [];
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  while (received.length < until) {
    const { done, value } = await reader.read();
    if (done) return { received, ended: true };
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      if (!text.startsWith(':')) received.push(parse(text.slice(0, end)));
      text = text.slice(end + 2);
    }
  }
  connection.abort();
  return { received, ended: false };
}

export const eventStream = (fixture: () => ShopFixture): void => {
  describe('the event stream of an order', () => {
    let hal: Customer;
    let id: string;
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      hal = await aCustomer(anonymous.url);
      id = await placeOrder(hal, await aProduct(admin), { paymentMethod: 'sim_slow' });
    });
    const events = (received: readonly ReceivedEvent[]) => received.map(({ id: at, event }) => `${at} ${event}`);

    it('sends events as they happen', async () => {
      const { received } = await listen(hal, id, { until: 2 });
      expect(events(received)).toEqual(['1 placed', '2 confirmed']);
      expect(received[0]!.data).toEqual({ orderId: id, at: expect.stringMatching(/Z$/) });
      // the provider takes three seconds, so the events were sent as they happened
      expect(Date.parse(received[1]!.data.at) - Date.parse(received[0]!.data.at)).toBeGreaterThan(2_000);
    });

    it('continues after a reconnect with Last-Event-ID', async () => {
      expect(events((await listen(hal, id, { after: '1', until: 1 })).received)).toEqual(['2 confirmed']);
    });

    it('ends with the last event', async () => {
      const listening = listen(hal, id, { after: '2', until: 99 });
      expect((await hal.post(`/orders/${id}/cancel`)).status).toBe(202);
      const { received, ended } = await listening;
      expect({ events: events(received), ended }).toEqual({
        events: ['3 cancellation-requested', '4 cancelled'],
        ended: true,
      });
    });

    it('responds with 204 after the last event', async () => {
      expect((await hal.get(`/orders/${id}/events`, { 'last-event-id': '4' })).status).toBe(204);
    });
  });
};
