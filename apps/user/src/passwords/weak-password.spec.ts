import { describe, expect, it } from '@jest/globals';
import { weaknessOf } from './weak-password.js';

const ann = { email: 'ann.lee-of-rye@example.com', name: 'Ann Lee of Rye' };

describe('a password', () => {
  it.each(['password', 'Password1', 'iloveyou', 'qwertyuiop', '1q2w3e4r5t'])('that many have is weak: %s', (password) =>
    expect(weaknessOf(password, ann)).toMatch('guessed first'),
  );
  it.each(['aaaaaaaa', '12121212', 'x'.repeat(200)])('of few characters is weak: %s', (password) =>
    expect(weaknessOf(password, ann)).toMatch('different characters'),
  );
  it.each(['ann lee of rye', 'Ann.Lee-of-Rye', 'ann.lee-of-rye@example.com'])('that is known is weak: %s', (password) =>
    expect(weaknessOf(password, ann)).toMatch('your name'),
  );
  it.each(['correct horse battery', 'long enough', 'another password', 'p4ssw0rd of mine'])(
    'is accepted: %s',
    (password) => expect(weaknessOf(password, ann)).toBeUndefined(),
  );
});
