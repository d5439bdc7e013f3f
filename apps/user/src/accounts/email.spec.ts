import { describe, expect, it } from '@jest/globals';
import { normaliseEmail } from './email.js';

describe('addresses of one mailbox', () => {
  it.each([
    ['in capitals, with white space', '  Ann.Lee@Example.COM ', 'ann.lee@example.com'],
    ['with a composed and a decomposed letter', 'ann.le\u0301e@example.com', 'ann.l\u00e9e@example.com'],
    ['with a domain in Unicode and in ASCII', 'ann@b\u00fccher.example', 'ann@xn--bcher-kva.example'],
    ['with a domain in capitals of Unicode', 'ann@B\u00dcCHER.example', 'ann@xn--bcher-kva.example'],
    ['with an invisible character in the domain', 'ann@exam\u00adple.com', 'ann@example.com'],
    ['with full-width letters in the domain', 'ann@\uff45xample.com', 'ann@example.com'],
  ])('%s have one form', (_, one, other) => expect(normaliseEmail(one)).toBe(normaliseEmail(other)));
  it('are stored in ASCII after the @', () =>
    expect(normaliseEmail('ann@B\u00fccher.Example')).toBe('ann@xn--bcher-kva.example'));
});

describe('a text that is no address', () => {
  it.each(['ann', '', '@', 'ann@', 'ann@exa mple'])('%j keeps a form of its own', (text) =>
    expect(normaliseEmail(text)).toBe(text.trim()),
  );
});
