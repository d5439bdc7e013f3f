import { describe, expect, it } from '@jest/globals';
import { isHttpOrigin, isHttpPort, isHttpUrl } from './index.js';

/** Whether `fetch` itself refuses the port; it decides before it connects. */
const isRefusedByFetch = async (port: number): Promise<boolean> => {
  const error = await fetch(`http://127.0.0.1:${port}`, { redirect: 'error', headers: { connection: 'close' } }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return ((error as { cause?: Error } | undefined)?.cause?.message ?? '') === 'bad port';
};

describe('a port of an HTTP server', () => {
  it('is one that fetch calls', async () => {
    const known = Array.from({ length: 11_000 }, (_, port) => port + 1);
    const expected = known.filter((port) => !isHttpPort(port));
    expect(expected.length).toBeGreaterThan(50);
    for (const port of expected)
      expect({ port, refused: await isRefusedByFetch(port) }).toEqual({ port, refused: true });
  });
  it.each([1, 80, 443, 3000, 5999, 6001, 65_535])('is possible: %d', (port) =>
    expect(isHttpPort(port)).toBe(port !== 1),
  );
  it.each([0, -1, 1.5, 65_536, Number.NaN, '3000', undefined])('is not %p', (port) =>
    expect(isHttpPort(port)).toBe(false),
  );
});

describe('the URL of an HTTP server', () => {
  it.each(['http://127.0.0.1:3000', 'https://shop.example', 'http://[::1]:8080/psp/', 'http://order'])(
    'can be %s',
    (url) => expect(isHttpUrl(url)).toBe(true),
  );
  it.each(['http://shop:6000', 'https://shop:10080/x', 'http://shop:70000', 'http://', 'ftp://shop', 'shop:3000', 7])(
    'cannot be %p',
    (url) => expect(isHttpUrl(url)).toBe(false),
  );
});

describe('the origin of an HTTP server', () => {
  it.each(['http://127.0.0.1:3000', 'https://shop.example', 'http://[::1]:8080', 'http://order'])('can be %s', (url) =>
    expect(isHttpOrigin(url)).toBe(true),
  );
  it.each([
    'http://order/',
    'http://order/path',
    'http://order?x=1',
    'http://order#x',
    'http://ada:secret@order',
    'http://order\\x',
    'http://order\n',
    'http://[zz',
    'ftp://order',
    'http://order:6000',
    undefined,
  ])('cannot be %p', (url) => expect(isHttpOrigin(url)).toBe(false));
});
