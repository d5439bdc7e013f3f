import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../checks/run-checks.mjs';
import { templates } from './generate.mjs';
import { formsOf } from '../checks/repository/template-name.mjs';
import { checkName } from './names.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');

describe('the name of a new service', () => {
  it.each(['review', 'gift-card', 'loyalty2'])('can be %s', (name) =>
    expect(() => checkName(name, read, templates)).not.toThrow(),
  );

  it.each([
    ['Review', 'use lower-case letters'],
    ['gift_card', 'use lower-case letters'],
    ['-card', 'use lower-case letters'],
    ['../card', 'use lower-case letters'],
    ['', 'use lower-case letters'],
    ['order-2', 'use lower-case letters'], // the second instance of order
    ['a'.repeat(31), 'at most 30 characters'],
    ['order', 'there is such a service'],
    ['gateway', 'there is such a service'],
    ['kernel', 'has this name'], // a library
    ['postgres', 'has this name'], // a container
    ['stock', 'has this name'], // messages
    ['products', 'has this name'], // a public path
    ['docs', 'has this name'],
    ['class', 'the code uses this word itself'],
    ['rows', 'the code uses this word itself'],
    ['common', 'does not say what the service does'],
    ['wish-list', 'is an old term of the glossary'],
  ])('cannot be "%s": %s', (name, reason) => {
    expect(() => checkName(name, read, templates)).toThrow(reason);
    expect(() => checkName(name, read, templates)).toThrow(/^[^\n]*$/);
  });

  it('has a form for each use', () =>
    expect(formsOf('gift-card')).toEqual({
      'new-service': 'gift-card',
      newService: 'giftCard',
      NewService: 'GiftCard',
      NEW_SERVICE: 'GIFT_CARD',
    }));
});
