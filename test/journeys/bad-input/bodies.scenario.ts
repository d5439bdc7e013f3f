import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Bytes } from '../api/client.js';
import type { ShopFixture } from '../api/fixture.js';

const megabytes = 1_048_576;
const deep = (open: string, inside: string, close: string) => open.repeat(2_000) + inside + close.repeat(2_000);
const registration = { email: 'zoe@example.com', password: 'long enough', name: 'Zoe' };

export const bodies = (fixture: () => ShopFixture): void => {
  const send = (body: Bytes, headers: Record<string, string> = {}) =>
    fixture().anonymous.raw('POST', '/users', body, headers);

  describe('a body', () => {
    it.each([
      [
        '10 MB with a content length',
        413,
        'body-too-large',
        () => send(JSON.stringify({ ...registration, name: 'x'.repeat(10 * megabytes) })),
      ],
      [
        'slightly more than the limit',
        413,
        'body-too-large',
        () => send(JSON.stringify({ ...registration, name: 'x'.repeat(16 * 1_024) })),
      ],
      [
        '10 MB behind 10 kB of gzip',
        413,
        'body-too-large',
        () => send(gzipSync(Buffer.alloc(10 * megabytes, 'x')), { 'content-encoding': 'gzip' }),
      ],
      ['invalid gzip', 400, 'invalid-request', () => send('{"email":"not gzip"}', { 'content-encoding': 'gzip' })],
      ['an unknown encoding', 415, 'unsupported-media-type', () => send('{}', { 'content-encoding': 'x-secret' })],
      ['2,000 nested lists', 400, 'invalid-request', () => send(deep('[', '', ']'))],
      ['2,000 nested objects', 400, 'invalid-request', () => send(`{"name":${deep('{"a":', '1', '}')}}`)],
      ['invalid JSON', 400, 'invalid-request', () => send('{"email":')],
      ['JSON other than an object', 400, 'invalid-request', () => send('"zoe"')],
      ['a list', 400, 'invalid-request', () => send(JSON.stringify([registration]))],
      ['null', 400, 'invalid-request', () => send('null')],
      ['no bytes', 400, 'invalid-request', () => send('')],
      [
        'a form',
        415,
        'unsupported-media-type',
        () => send('email=zoe', { 'content-type': 'application/x-www-form-urlencoded' }),
      ],
      [
        'another charset',
        415,
        'unsupported-media-type',
        () => send(JSON.stringify(registration), { 'content-type': 'application/json; charset=latin1' }),
      ],
      [
        'UTF-7',
        415,
        'unsupported-media-type',
        () => send(JSON.stringify(registration), { 'content-type': 'application/json; charset=utf-7' }),
      ],
      [
        'UTF-16',
        415,
        'unsupported-media-type',
        () =>
          send(Buffer.from(JSON.stringify(registration), 'utf16le'), {
            'content-type': 'application/json; charset=utf-16le',
          }),
      ],
      ['more fields than any object has', 400, 'invalid-request', () => send(`{${'"a":1,'.repeat(200)}"b":1}`)],
      ['more items than any list has', 400, 'invalid-request', () => send(`{"name":[${'1,'.repeat(2_000)}1]}`)],
      [
        'a number that is out of range',
        400,
        'invalid-request',
        () => send('{"email":"zoe@example.com","password":"long enough","name":1e999}'),
      ],
    ])('of %s is rejected with %d', async (_what, status, type, sent) => {
      const response = await sent();
      expect(response).toMatchObject({ status, body: { type: `/problems/${type}`, status } });
    });

    it('of 10 MB without a content length is rejected with 413', async () => {
      const part = new TextEncoder().encode('x'.repeat(64 * 1_024));
      let left = 160;
      const endless = new ReadableStream({ pull: (stream) => (left-- > 0 ? stream.enqueue(part) : stream.close()) });
      const response = await fetch(`${fixture().anonymous.url}/users`, {
        method: 'POST',
        body: endless,
        duplex: 'half',
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status).toBe(413);
    });

    it('with __proto__ gives no role', async () => {
      const response = await send(
        '{"email":"proto@example.com","password":"long enough","name":"Zoe","__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}}}',
      );
      expect(response.status).toBeLessThan(500);
      expect(({} as { role?: string }).role).toBeUndefined();
    });

    it('of 5 MB does not affect later requests', async () => {
      expect((await fixture().anonymous.get('/products')).status).toBe(200);
      expect((await send('x'.repeat(5 * megabytes))).status).toBe(413);
      expect((await fixture().anonymous.get('/products')).status).toBe(200);
    });
  });
};
