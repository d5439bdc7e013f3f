import { describe, expect, it } from '@jest/globals';
import { isRepeatable, mayTryAgain } from './retry.js';

describe('a call that failed after it was sent', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('is tried again when it is a %s', (method) =>
    expect(mayTryAgain({ sent: true }, isRepeatable(method, undefined), 1)).toBe(true),
  );
  it('is tried again with an Idempotency-Key', () =>
    expect(mayTryAgain({ sent: true }, isRepeatable('POST', 'k'), 1)).toBe(true));
  it.each(['POST', 'PATCH'])('is not tried again when it is a %s without a key', (method) =>
    expect(mayTryAgain({ sent: true }, isRepeatable(method, undefined), 1)).toBe(false),
  );
});

describe('a call of which nothing was sent', () => {
  it('is tried again, whatever it is', () =>
    expect(mayTryAgain({ sent: false }, isRepeatable('POST', undefined), 1)).toBe(true));
});

describe('a call that was tried twice', () => {
  it('is not tried a third time', () => expect(mayTryAgain({ sent: false }, true, 2)).toBe(false));
});
