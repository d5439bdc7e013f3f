import { describe, expect, it } from '@jest/globals';
import { JsonLogger } from './json-logger.js';
import { mask, maskText } from './mask.js';

const canaries = /hunter2|ann@example|4111|eyJhbGci|Rye Road|07700/;

describe('a logged text', () => {
  it.each([
    'connect postgres://order:hunter2@db:5432/order failed',
    'Authorization: Bearer hunter2.abc',
    'token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln',
    'no account for ann@example.co.uk',
    'card 4111 1111 1111 1111 declined',
    'card 4111111111111111.',
  ])('%s loses its secret', (text) => expect(maskText(text)).not.toMatch(canaries));

  it.each([
    '01900000-0000-7000-8000-000000000001',
    '2026-01-01T00:00:00.000Z',
    'order 1234567890123 waits',
    'GET /orders 200',
    'sum 1999 GBP',
  ])('%s is not changed', (text) => expect(maskText(text)).toBe(text));

  it('is truncated when it is very long', () => expect(maskText('x'.repeat(100_000)).length).toBeLessThan(10_000));
});

describe('a logged object', () => {
  it('loses the values of secret fields', () => {
    const secrets = {
      password: 'hunter2',
      shippingAddress: '1 Rye Road',
      email: 'ann@example.com',
      headers: { authorization: 'hunter2' },
      phone: ['07700'],
      cardNumber: 4111,
    };
    expect(JSON.stringify(mask(secrets))).not.toMatch(canaries);
  });
  it('keeps the other fields', () =>
    expect(mask({ orderId: 'x', lines: [{ quantity: 2 }], at: new Date(0), none: null })).toEqual({
      orderId: 'x',
      lines: [{ quantity: 2 }],
      at: '1970-01-01T00:00:00.000Z',
      none: null,
    }));
  it('is cut at a depth, so that a circular object ends', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(JSON.stringify(mask(circular))).toContain('[deep]');
  });
  it('keeps type, code and stack of an error, never its parameters', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'accounts_email',
      detail: 'Key (email)=(ann@example.com)',
      parameters: ['hunter2'],
    });
    const masked = JSON.stringify(mask(error));
    expect(masked).toMatch(/23505.*accounts_email.*mask\.spec/);
    expect(masked).not.toMatch(canaries);
  });
});

describe('the logger', () => {
  const linesOf = (log: (logger: JsonLogger) => void): Record<string, unknown>[] => {
    const lines: string[] = [];
    log(
      new JsonLogger({ LOG_LEVEL: 'info', INSTANCE_ID: 'order-1' }, 'order', {
        write: (line) => void lines.push(line),
      }),
    );
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('writes a line of JSON with service, instance and context', () =>
    expect(linesOf((logger) => logger.log('serving', 'Service'))).toEqual([
      expect.objectContaining({
        level: 'info',
        service: 'order',
        instance: 'order-1',
        context: 'Service',
        msg: 'serving',
        time: expect.stringMatching(/Z$/),
      }),
    ]));
  it('turns objects into fields and errors into an error', () =>
    expect(
      linesOf((logger) => logger.warn('rejected', { path: '/x', token: 'hunter2' }, new TypeError('no'), 'Http')),
    ).toEqual([
      expect.objectContaining({
        level: 'warn',
        path: '/x',
        token: '[masked]',
        error: expect.objectContaining({ type: 'TypeError' }),
      }),
    ]));
  it('keeps the stack that Nest passes as a text', () =>
    expect(linesOf((logger) => logger.error('broken', 'Error: x\n    at y', 'Nest'))).toEqual([
      expect.objectContaining({ stack: 'Error: x\n    at y', context: 'Nest' }),
    ]));
  it('writes nothing below its level', () => expect(linesOf((logger) => logger.debug('x'))).toEqual([]));
});
