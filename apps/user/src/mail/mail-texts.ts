import type { TokenPurpose } from '../domain/mailed-token.js';
import type { Mail } from './mailer.js';

/** What a message says. Its texts have no data of a person but the token. */
export type MailText = Pick<Mail, 'subject' | 'text'>;

/** How a person uses a token: on the page of the shop's site, or by hand. */
export interface TokenUse {
  readonly token: string;
  /** The page; the token comes after `#`, which no server and no referrer gets. */
  readonly page: string | undefined;
}

const linesOf = (subject: string, ...lines: readonly string[]): MailText => ({
  subject,
  text: `${lines.join('\n')}\n`,
});

const useOf = (purpose: TokenPurpose, { token, page }: TokenUse): readonly string[] =>
  page === undefined
    ? ['Use this code within an hour:', '', token]
    : ['Open this link within an hour:', '', `${page}#${purpose}=${token}`];

const notYou = 'If that was not you, ask for a new password where you log in, at once.';

export const resetPassword = (use: TokenUse): MailText =>
  linesOf(
    'Set a new password',
    'A new password was asked for your account.',
    ...useOf('reset-password', use),
    '',
    'If you did not ask for it, do nothing: your password stays as it is.',
  );

export const passwordChanged = (): MailText =>
  linesOf('Your password was changed', 'The password of your account was changed, and other log-ins ended.', notYou);

export const verifyEmail = (use: TokenUse): MailText =>
  linesOf(
    'Confirm your e-mail address',
    'An account was opened with this address.',
    ...useOf('verify-email', use),
    '',
    'If that was not you, do nothing.',
  );

export const changeEmail = (use: TokenUse): MailText =>
  linesOf(
    'Confirm your new e-mail address',
    'This address is to become that of an account.',
    ...useOf('change-email', use),
    '',
    'If that was not you, do nothing: the account keeps its address.',
  );

export const emailChanged = (): MailText =>
  linesOf(
    'Your e-mail address was changed',
    'Your account has another e-mail address now: log in with that one.',
    'If that was not you, write to us at once.',
  );

/** To the owner of an address that was entered for another account. */
export const addressTaken = (): MailText =>
  linesOf(
    'Your e-mail address was entered again',
    'Your address was entered for another account. It is the address of yours already, so nothing was changed.',
    'If you have two accounts, log in with this address.',
  );
