import { describe, expect, it } from '@jest/globals';
import { isIdempotent, mayRetry } from './retry.js';

describe('a call that failed after it was sent', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('is retried if it is a %s', (method) =>
    expect(mayRetry({ sent: true }, isIdempotent(method, undefined), 1)).toBe(true),
  );
  it('is retried with an Idempotency-Key', () =>
    expect(mayRetry({ sent: true }, isIdempotent('POST', 'k'), 1)).toBe(true));
  it.each(['POST', 'PATCH'])('is not retried if it is a %s without a key', (method) =>
    expect(mayRetry({ sent: true }, isIdempotent(method, undefined), 1)).toBe(false),
  );
});

describe('a call of which nothing was sent', () => {
  it('is retried with any method', () =>
    expect(mayRetry({ sent: false }, isIdempotent('POST', undefined), 1)).toBe(true));
});

describe('a call after two attempts', () => {
  it('is not retried', () => expect(mayRetry({ sent: false }, true, 2)).toBe(false));
});
