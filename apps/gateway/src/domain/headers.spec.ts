import { describe, expect, it } from '@jest/globals';
import { forwarded, isRequestId, returned } from './headers.js';

describe('a request on its way to a service', () => {
  it.each([
    'X-Forwarded-For',
    'x-forwarded-host',
    'Forwarded',
    'X-User-Id',
    'X-User-Role',
    'X-Real-IP',
    'X-HTTP-Method-Override',
    'x-original-url',
    'X-Request-Id',
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authorization',
    'Host',
    'Content-Length',
    'Expect',
  ])('loses %s', (name) => expect(forwarded([name, 'x', 'Accept', 'a'])).toEqual(['Accept', 'a']));
  it('loses what its Connection header names', () =>
    expect(forwarded(['Connection', 'close, X-Secret', 'x-secret', '1', 'Accept', 'a'])).toEqual(['Accept', 'a']));
  it('keeps the rest, in order and as often as it came', () => {
    const rest = [
      'Authorization',
      'Bearer x',
      'Idempotency-Key',
      'k',
      'Accept',
      'a',
      'Accept',
      'b',
      'traceparent',
      '00-1-2-01',
    ];
    expect(forwarded(rest)).toEqual(rest);
  });
});

describe('an answer on its way to the client', () => {
  it('loses the headers of the hop', () =>
    expect(
      returned(['connection', 'keep-alive', 'keep-alive', 'timeout=5', 'transfer-encoding', 'chunked', 'etag', '1']),
    ).toEqual(['etag', '1']));
  it("loses the request's id, which the gateway says itself", () =>
    expect(returned(['X-Request-Id', 'r', 'etag', '1'])).toEqual(['etag', '1']));
  it('keeps its length', () => expect(returned(['content-length', '2'])).toEqual(['content-length', '2']));
});

describe('a request id that a client brings along', () => {
  it('is taken when it is plain', () => expect(isRequestId('0199-abc.DEF_1')).toBe(true));
  it.each([undefined, '', 'short', 'a b c d e f g h', 'x'.repeat(65), 'line\nbreak-12'])('%j is not taken', (text) =>
    expect(isRequestId(text)).toBe(false),
  );
});
