import { Inject, Injectable } from '@nestjs/common';
import { nothing, type Decision, type Effect } from '@tradewind/messaging';
import { Mailer } from '../mail/mailer.js';
import { OutgoingMails } from '../accounts/outgoing-mails.js';
import { sendMailEffect, type OutgoingMail } from '../commands/send-mail.js';
import { AccountQueries } from '../storage/account.queries.js';

/** Sends a message to a person, at least once, with one id. That of a person who was forgotten meanwhile is dropped. */
@Injectable()
export class SendMailEffect implements Effect<OutgoingMail, 'sent' | 'dropped'> {
  readonly name = sendMailEffect;
  /** With up to an hour between two calls, about four hours. Then it is a dead letter. */
  readonly maxAttempts = 20;
  readonly maxBackOffMs = 3_600_000;

  constructor(
    private readonly accounts: AccountQueries,
    private readonly mails: OutgoingMails,
    @Inject(Mailer) private readonly mailer: Mailer,
  ) {}

  async run(mail: OutgoingMail, { signal }: { readonly signal: AbortSignal }): Promise<'sent' | 'dropped'> {
    const recipient = await this.accounts.profile(mail.userId);
    if (!recipient) return 'dropped';
    await this.mailer.send(this.mails.open(mail, recipient.wrappedKey), signal);
    return 'sent';
  }

  settle(): Decision {
    return nothing();
  }
}
