import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@tradewind/service';
import { rootEnvironment } from '../../../test/signing-root.js';
import { readApprovalLimits } from './approval-limits.js';
import { PaymentConfig } from './payment.config.js';

const read = (providerUrl: string, more: Record<string, string> = {}): PaymentConfig =>
  readConfig(PaymentConfig, {
    PORT: '3005',
    KAFKA_BROKERS: 'one:9092',
    ...rootEnvironment,
    DATABASE_URL: 'postgres://payment:secret@127.0.0.1:5432/payment',
    PROVIDER_API_KEY: 'the-key-of-the-provider',
    PROVIDER_WEBHOOK_SECRET: 'a secret of the provider',
    PROVIDER_URL: providerUrl,
    ...more,
  });

describe('the limit of refunds', () => {
  const withLimit = (limit: string) => read('http://psp.example', { REFUND_APPROVAL_LIMIT: limit });
  it('has an amount for each currency', () =>
    expect([...readApprovalLimits(withLimit('10000 GBP, 12000 EUR').REFUND_APPROVAL_LIMIT!)!]).toEqual([
      ['GBP', 10_000],
      ['EUR', 12_000],
    ]));
  it.each(['100', '100 gbp', '-1 GBP', '1.5 GBP', '1 GBP,2 GBP', '1 GBP,', 'GBP 1'])('is not %j', (limit) =>
    expect(() => withLimit(limit)).toThrow('REFUND_APPROVAL_LIMIT must be amounts in minor units'),
  );
});

describe('the address of the payment provider', () => {
  it('can have a path', () => expect(read('https://psp.example/v1/').PROVIDER_URL).toBe('https://psp.example/v1/'));
  it.each(['psp.example', 'http://psp.example:6000', 'http://psp.example:65536'])('cannot be %s', (url) =>
    expect(() => read(url)).toThrow('PROVIDER_URL must be an http or https URL'),
  );
});
