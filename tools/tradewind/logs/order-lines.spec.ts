import { describe, expect, it } from '@jest/globals';
import { linesOfOrder, lineText } from './order-lines.js';

const orderId = '0190d3a1-0000-7000-8000-000000000001';
const line = (time: string, service: string, fields: object): string =>
  JSON.stringify({ level: 'info', time, service, instance: `${service}-1`, ...fields });

const cart = [
  line('2026-01-01T00:00:01Z', 'cart', {
    correlation_id: orderId,
    trace_id: 'a',
    route: '/cart/checkout',
    status: 202,
  }),
  line('2026-01-01T00:00:09Z', 'cart', { correlation_id: 'another', trace_id: 'b' }),
].join('\n');
const payment = [
  'PostgreSQL says something',
  `{"time":"2026-01-01T00:00:02Z","service":"payment","msg":"${orderId}`,
  line('2026-01-01T00:00:03Z', 'payment', { msg: 'a call', trace_id: 'a' }),
  line('2026-01-01T00:00:02Z', 'payment', { msg: 'an effect failed and is retried', key: orderId }),
].join('\n');

describe('the lines of an order', () => {
  const lines = linesOfOrder([cart, payment], orderId);
  it('are those with its id and those of its traces, of all services, by time', () =>
    expect(lines.map(({ time, service, msg }) => [time.slice(17, 19), service, msg])).toEqual([
      ['01', 'cart', undefined],
      ['02', 'payment', 'an effect failed and is retried'],
      ['03', 'payment', 'a call'],
    ]));
  it('are one text each', () =>
    expect(lines.map(lineText).slice(0, 2)).toEqual([
      '2026-01-01T00:00:01Z cart-1 info trace_id=a route=/cart/checkout status=202',
      `2026-01-01T00:00:02Z payment-1 info an effect failed and is retried key=${orderId}`,
    ]));
});
