import { describe, expect, it } from '@jest/globals';
import { originForm } from './request-target.js';

describe('a request target', () => {
  it.each([
    ['http://shop.example/orders?x=1', '/orders?x=1', 'shop.example'],
    ['HTTPS://shop.example:8443/orders', '/orders', 'shop.example:8443'],
    ['http://shop.example', '/', 'shop.example'],
    ['http://shop.example?x=1', '/?x=1', 'shop.example'],
    ['http://ann:secret@shop.example/', '/', 'shop.example'],
  ])('that is absolute, %s, becomes %s', (target, path, host) => expect(originForm(target)).toEqual({ path, host }));
  it.each(['/orders', '*', '//evil.example/orders', 'ftp://shop.example/', 'shop.example:443'])(
    'that is not stays as it is: %s',
    (target) => expect(originForm(target)).toEqual({ path: target, host: undefined }),
  );
});
