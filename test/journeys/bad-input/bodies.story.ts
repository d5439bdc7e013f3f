import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Bytes } from '../client.js';
import type { Scene } from '../scene.js';

const megabytes = 1_048_576;
const deep = (open: string, inside: string, close: string) => open.repeat(10_000) + inside + close.repeat(10_000);
const registration = { email: 'zoe@example.com', password: 'long enough', name: 'Zoe' };

export const bodies = (scene: () => Scene): void => {
  const send = (body: Bytes, headers: Record<string, string> = {}) =>
    scene().nobody.raw('POST', '/users', body, headers);

  describe('a body', () => {
    it.each([
      [
        '10 MB that say so',
        413,
        'body-too-large',
        () => send(JSON.stringify({ ...registration, name: 'x'.repeat(10 * megabytes) })),
      ],
      [
        'just too many bytes',
        413,
        'body-too-large',
        () => send(JSON.stringify({ ...registration, name: 'x'.repeat(256 * 1_024) })),
      ],
      [
        '10 MB behind 10 kB of gzip',
        413,
        'body-too-large',
        () => send(gzipSync(Buffer.alloc(10 * megabytes, 'x')), { 'content-encoding': 'gzip' }),
      ],
      ['gzip that is none', 400, 'invalid-request', () => send('{"email":"not gzip"}', { 'content-encoding': 'gzip' })],
      [
        'an encoding that nobody knows',
        415,
        'unsupported-media-type',
        () => send('{}', { 'content-encoding': 'x-secret' }),
      ],
      ['lists in lists, 10,000 deep', 400, 'invalid-request', () => send(deep('[', '', ']'))],
      ['objects in objects, 10,000 deep', 400, 'invalid-request', () => send(`{"name":${deep('{"a":', '1', '}')}}`)],
      ['no JSON', 400, 'invalid-request', () => send('{"email":')],
      ['JSON that is no object', 400, 'invalid-request', () => send('"zoe"')],
      ['a list', 400, 'invalid-request', () => send(JSON.stringify([registration]))],
      ['null', 400, 'invalid-request', () => send('null')],
      ['nothing', 400, 'invalid-request', () => send('')],
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
        'a number beyond all numbers',
        400,
        'invalid-request',
        () => send('{"email":"zoe@example.com","password":"long enough","name":1e999}'),
      ],
    ])('of %s is refused with %d', async (_what, status, type, sent) => {
      const answer = await sent();
      expect(answer).toMatchObject({ status, body: { type: `/problems/${type}`, status } });
    });

    it('of 10 MB that do not say so is refused with 413', async () => {
      const part = new TextEncoder().encode('x'.repeat(64 * 1_024));
      let left = 160;
      const endless = new ReadableStream({ pull: (stream) => (left-- > 0 ? stream.enqueue(part) : stream.close()) });
      const answer = await fetch(`${scene().nobody.url}/users`, {
        method: 'POST',
        body: endless,
        duplex: 'half',
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(413);
    });

    it('that tries to be a prototype gives nobody a role', async () => {
      const answer = await send(
        '{"email":"proto@example.com","password":"long enough","name":"Zoe","__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}}}',
      );
      expect(answer.status).toBeLessThan(500);
      expect(({} as { role?: string }).role).toBeUndefined();
    });

    it('of any of these kinds leaves the shop as it was', async () => {
      expect((await scene().nobody.get('/products')).status).toBe(200);
      expect((await send('x'.repeat(5 * megabytes))).status).toBe(413);
      expect((await scene().nobody.get('/products')).status).toBe(200);
    });
  });
};
