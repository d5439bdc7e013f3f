import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../client.js';
import { aPerson, aProduct, order, type Person } from '../people.js';
import type { Scene } from '../scene.js';

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly orderId: string; readonly at: string };
}

const parse = (block: string): Told => {
  const {
    id = '',
    event = '',
    data = 'null',
  } = Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return { id, event, data: JSON.parse(data) as Told['data'] };
};

/** Server-sent events until there are so many, or the stream ends; then hangs up. */
async function listen(
  client: Client,
  orderId: string,
  { after, until }: { after?: string; until: number },
): Promise<{ told: Told[]; ended: boolean }> {
  const hangUp = new AbortController();
  const answer = await client.open(
    'GET',
    `/orders/${orderId}/events`,
    undefined,
    { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) },
    hangUp.signal,
  );
  if (answer.status !== 200 || !answer.body) throw new Error(`no stream: ${answer.status}`);
  let text = '';
  const told: Told[] = [];
  const decoder = new TextDecoder();
  const reader = answer.body.getReader();
  while (told.length < until) {
    const { done, value } = await reader.read();
    if (done) return { told, ended: true };
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      if (!text.startsWith(':')) told.push(parse(text.slice(0, end)));
      text = text.slice(end + 2);
    }
  }
  hangUp.abort();
  return { told, ended: false };
}

export const eventStream = (scene: () => Scene): void => {
  describe('who listens to an order', () => {
    let hal: Person;
    let id: string;
    beforeAll(async () => {
      const { admin, nobody } = scene();
      hal = await aPerson(nobody.url);
      id = await order(hal, await aProduct(admin), { paymentMethod: 'sim_slow' });
    });
    const events = (told: readonly Told[]) => told.map(({ id: at, event }) => `${at} ${event}`);

    it('hears what happens when it happens', async () => {
      const { told } = await listen(hal, id, { until: 2 });
      expect(events(told)).toEqual(['1 placed', '2 confirmed']);
      expect(told[0]!.data).toEqual({ orderId: id, at: expect.stringMatching(/Z$/) });
      // it was told live, not at the end: the provider takes three seconds
      expect(Date.parse(told[1]!.data.at) - Date.parse(told[0]!.data.at)).toBeGreaterThan(2_000);
    });

    it('goes on after a break where it broke off', async () => {
      expect(events((await listen(hal, id, { after: '1', until: 1 })).told)).toEqual(['2 confirmed']);
    });

    it('hears the end, and the stream ends with it', async () => {
      const listening = listen(hal, id, { after: '2', until: 99 });
      expect((await hal.post(`/orders/${id}/cancel`)).status).toBe(202);
      const { told, ended } = await listening;
      expect({ events: events(told), ended }).toEqual({
        events: ['3 cancellation-requested', '4 cancelled'],
        ended: true,
      });
    });

    it('who has heard everything is told not to come again', async () => {
      expect((await hal.get(`/orders/${id}/events`, { 'last-event-id': '4' })).status).toBe(204);
    });
  });
};
