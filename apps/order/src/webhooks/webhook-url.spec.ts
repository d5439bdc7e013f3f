import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from './public-address.js';
import { lookUpPublic } from './webhook-receiver.js';
import { publicHttpsUrl, urlProblem } from './webhook-url.js';

describe('an address', () => {
  it.each(['93.184.215.14', '1.1.1.1', '172.32.0.1', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    'localhost',
    '',
  ])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('the URL of an endpoint', () => {
  it.each([
    'https://partner.example/a?b=c',
    'https://partner.example:8443/',
    'https://xn--bcher-kva.example/',
    'https://1.1.1.1/',
  ])('can be %s', (url) => expect(urlProblem(url, 'public-https')).toBeUndefined());
  it.each([
    ['partner.example', 'must be a URL'],
    ['http://partner.example/', 'must be an https URL'],
    ['https://xn--a.example/', 'must be a URL'],
    ['ftp://partner.example/', 'must be an https URL'],
    ['https://user:secret@partner.example/', 'must have no user and no password'],
    ['https://partner.example/#a', 'must have no fragment'],
    ['https://127.0.0.1/', 'must have a public address'],
    ['https://2130706433/', 'must have a public address'],
    ['https://0x7f.1/', 'must have a public address'],
    ['https://[::1]/', 'must have a public address'],
    ['https://[::ffff:a9fe:a9fe]/', 'must have a public address'],
  ])('cannot be %s', (url, problem) => expect(urlProblem(url, 'public-https')).toBe(problem));
  it('can be http and private where the setting allows it', () =>
    expect(urlProblem('http://127.0.0.1:8080/', 'any')).toBeUndefined());
});

describe('a name', () => {
  it.each([true, false])('that has a private address is not connected to: all addresses %s', async (all) => {
    const error = await new Promise<Error | null>((resolve) => lookUpPublic('localhost', { all }, resolve));
    expect(error?.message).toContain('localhost has an address that is not public');
  });
});

describe('the documented form of a URL', () => {
  it('is accepted, whatever a generator makes of it', () =>
    fc.assert(
      fc.property(fc.stringMatching(new RegExp(publicHttpsUrl), { maxLength: 500 }), (url) => {
        expect(urlProblem(url, 'public-https')).toBeUndefined();
      }),
      { numRuns: 500 },
    ));
});
