import { ProfileUpdated, type UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import {
  answer,
  command,
  nothing,
  publish,
  rows,
  save,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { accountForgotten, changeProfile } from '../domain/account.js';
import { mayReplace, tooSoon } from '../domain/mailed-token.js';
import { sendMail } from './send-mail.js';
import { Accounts, MailedTokens } from '../storage/tables.js';
import type { MailedTokenRequest } from './emails.command.js';

/** An address that becomes the account's when its token comes back. */
export interface EmailChange extends MailedTokenRequest {
  /** Sealed. */
  readonly email: string;
}

export interface ChangeProfileInput {
  readonly userId: UserId;
  /** Sealed. */
  readonly name?: string;
  readonly emailChange?: EmailChange;
}

const load = {
  account: rows(Accounts, ({ userId }: ChangeProfileInput) => [userId]),
  tokens: rows(MailedTokens, ({ userId }: ChangeProfileInput) => [[userId, 'change-email']]),
};

/** Changes the name at once, and the address not before it is confirmed. */
export const changeOwnProfile = command(
  'user.change-profile',
  load,
  ({ userId, name, emailChange }: ChangeProfileInput, { account, tokens, now }: HandlerContext<typeof load>) => {
    const found = account.get(userId);
    if (found?.status !== 'active') return accountForgotten;
    if (emailChange && !mayReplace(tokens.get([userId, 'change-email']), now)) return tooSoon;
    let decision: Decision = nothing();
    if (name !== undefined) {
      const changed = changeProfile(found, { name }, []);
      if (isRejection(changed)) return changed;
      decision = save(Accounts, changed).and(publish(ProfileUpdated, { userId, name, updatedAt: now.toISOString() }));
    }
    if (emailChange) {
      const { email, tokenHash, mail } = emailChange;
      const token = { userId, purpose: 'change-email' as const, tokenHash, issuedAt: now, email };
      decision = decision.and(save(MailedTokens, token)).and(sendMail(mail));
    }
    return decision.and(answer('done'));
  },
);
