import { randomUUID } from 'node:crypto';
import type { ApiResponse } from '../../journeys/api/client.js';
import { aCustomer } from '../../journeys/api/customers.js';
import type { Profile } from '../../journeys/api/responses.js';
import type { Attack } from '../attack.js';

type Answer = ApiResponse<object>;

/** What a client sees of an answer, without what is its own: ids and times. */
function shapeOf({ status, headers, body }: Answer, hide: readonly string[]): string {
  const names = [...headers.keys()].filter((name) => name !== 'date');
  const text = hide.reduce((shown, own) => shown.replaceAll(own, '…'), JSON.stringify(body));
  return `${status} ${names.sort().join()} ${text}`;
}

const alike = (known: string, unknown: string): string | undefined =>
  known === unknown ? undefined : `is answered "${known}", for an unknown one "${unknown}"`;

/** Calls that could say which addresses have an account. A registration does say it: see docs/security.md. */
export const emailEnumeration: Attack = {
  name: 'e-mail enumeration',
  async run({ anonymous, owner }, report) {
    const stranger = (): string => `${randomUUID()}@example.com`;
    const spellings = [owner.email, owner.email.toUpperCase(), ` ${owner.email} `];
    for (const email of spellings) {
      const [known, unknown] = [email, stranger()];
      const logIn = async (address: string) =>
        shapeOf(await anonymous.post('/auth/login', { email: address, password: 'not the password' }), []);
      report(`a log-in as "${known}"`, alike(await logIn(known), await logIn(unknown)));
      const reset = async (address: string) =>
        shapeOf(await anonymous.post('/auth/password-reset', { email: address }), []);
      const answers = [await reset(known), await reset(unknown), await reset(known)];
      report(`a password reset of "${known}"`, alike(answers[0]!, answers[1]!));
      report(`a second password reset of "${known}"`, alike(answers[2]!, answers[1]!));
    }
    const change = async (email: string): Promise<string> => {
      const customer = await aCustomer(anonymous.url);
      const { body: before } = await customer.get<Profile>('/users/me');
      const answer = await customer.patch<object>('/users/me', { email });
      return shapeOf(answer, [email, before.email, before.id]);
    };
    report('a change to the address of another account', alike(await change(owner.email), await change(stranger())));
    const { status } = await anonymous.post('/auth/login', { email: owner.email, password: owner.password });
    report('the owner after it', status === 200 || status === 429 ? undefined : `cannot log in: ${status}`);
  },
};

/** Tokens of e-mails that are guessed, malformed, or of another kind. */
export const mailedTokens: Attack = {
  name: 'tokens of e-mails',
  async run({ anonymous, owner, random }, report) {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
    const guess = (): string =>
      Array.from({ length: 43 }, () => alphabet[Math.floor(random.fraction() * alphabet.length)]).join('');
    await anonymous.post('/auth/password-reset', { email: owner.email });
    const tokens = [
      ...Array.from({ length: 10 }, guess),
      owner.tokens.refreshToken,
      owner.tokens.accessToken,
      '',
      '%',
      'A'.repeat(43),
      'A'.repeat(1_500),
      "' or '1'='1",
      null,
      { $ne: null },
      [],
    ];
    for (const token of tokens)
      for (const [path, more] of [
        ['/auth/password-reset/confirm', { password: 'set by an attacker' }],
        ['/auth/email-confirmation', {}],
      ] as const) {
        const { status } = await anonymous.post(path, { token, ...more });
        const what = `${path} with ${JSON.stringify(token).slice(0, 50)}`;
        report(what, status === 400 ? undefined : `is answered ${status}, expected 400`);
      }
    const { status } = await owner.get('/users/me');
    report('the session of the owner', status === 200 ? undefined : `has ended: ${status}`);
  },
};
