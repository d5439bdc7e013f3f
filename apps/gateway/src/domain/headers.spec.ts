import { describe, expect, it } from '@jest/globals';
import { forwarded, hasSeveralHosts, isRequestId, returned } from './headers.js';

describe('a forwarded request', () => {
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
  ])('does not contain %s', (name) => expect(forwarded([name, 'x', 'Accept', 'a'])).toEqual(['Accept', 'a']));
  it('does not contain the headers that its Connection header lists', () =>
    expect(forwarded(['Connection', 'close, X-Secret', 'x-secret', '1', 'Accept', 'a'])).toEqual(['Accept', 'a']));
  it('keeps the other headers, with their order and repetitions', () => {
    const rest = ['Authorization', 'Bearer x', 'Idempotency-Key', 'k', 'Accept', 'a', 'Accept', 'b'];
    expect(forwarded(rest)).toEqual(rest);
  });
});

describe('a returned response', () => {
  it('does not contain hop-by-hop headers', () =>
    expect(
      returned(['connection', 'keep-alive', 'keep-alive', 'timeout=5', 'transfer-encoding', 'chunked', 'etag', '1']),
    ).toEqual(['etag', '1']));
  it("does not contain the service's request id, because the gateway sets it", () =>
    expect(returned(['X-Request-Id', 'r', 'etag', '1'])).toEqual(['etag', '1']));
  it('keeps its length', () => expect(returned(['content-length', '2'])).toEqual(['content-length', '2']));
});

describe('a request id of a client', () => {
  it('is accepted if it is safe for logs', () => expect(isRequestId('0199-abc.DEF_1')).toBe(true));
  it.each([undefined, '', 'short', 'a b c d e f g h', 'x'.repeat(65), 'line\nbreak-12'])('%j is not accepted', (text) =>
    expect(isRequestId(text)).toBe(false),
  );
});

describe('a request with several hosts', () => {
  it('is found, however they are written', () => {
    expect(hasSeveralHosts(['Host', 'a', 'host', 'b'])).toBe(true);
    expect(hasSeveralHosts(['Host', 'a', 'X-Host', 'b'])).toBe(false);
  });
});
