import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@tradewind/service';
import { rootEnvironment } from '../../../test/signing-root.js';
import { PaymentConfig } from './payment.config.js';

const read = (providerUrl: string): PaymentConfig =>
  readConfig(PaymentConfig, {
    PORT: '3005',
    KAFKA_BROKERS: 'one:9092',
    ...rootEnvironment,
    DATABASE_URL: 'postgres://payment:secret@127.0.0.1:5432/payment',
    PROVIDER_API_KEY: 'the-key-of-the-provider',
    PROVIDER_WEBHOOK_SECRET: 'a secret of the provider',
    PROVIDER_URL: providerUrl,
  });

describe('the address of the payment provider', () => {
  it('can have a path', () => expect(read('https://psp.example/v1/').PROVIDER_URL).toBe('https://psp.example/v1/'));
  it.each(['psp.example', 'http://psp.example:6000', 'http://psp.example:65536'])('cannot be %s', (url) =>
    expect(() => read(url)).toThrow('PROVIDER_URL must be an http or https URL'),
  );
});
