import { expect, it } from '@jest/globals';
import { isSameOrigin } from './same-site.js';

it.each([
  [true, { 'sec-fetch-site': 'same-origin' }],
  [false, { 'sec-fetch-site': 'same-site' }],
  [false, { 'sec-fetch-site': 'cross-site', origin: 'http://console:1', host: 'console:1' }],
  [false, { 'sec-fetch-site': 'none' }],
  [true, { origin: 'http://console:1', host: 'console:1' }],
  [false, { origin: 'http://evil:1', host: 'console:1' }],
  [false, { origin: 'null', host: 'console:1' }],
  [false, {}],
])('%s for %j', (same, headers) => expect(isSameOrigin(headers)).toBe(same));
