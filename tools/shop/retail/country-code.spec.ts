import { describe, expect, it } from '@jest/globals';
import { countryCode } from './country-code.js';

describe('a country as the retailer writes it', () => {
  it.each([
    ['United Kingdom', 'GB'],
    ['EIRE', 'IE'],
    ['Channel Islands', 'JE'],
  ])('%s is %s', (name, code) => expect(countryCode(name)).toBe(code));
  it.each(['Unspecified', 'European Community', '', 'toString'])('%j is none', (name) =>
    expect(countryCode(name)).toMatch(/^(ZZ)$/),
  );
});
