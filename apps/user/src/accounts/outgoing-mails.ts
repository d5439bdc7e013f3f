import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@tradewind/kernel';
import { Clock, Randomness } from '@tradewind/service';
import type { OutgoingMail } from '../commands/send-mail.js';
import type { MailText } from '../mail/mail-texts.js';
import type { Mail } from '../mail/mailer.js';
import type { Recipient } from '../storage/account.queries.js';
import { PersonalSeal } from './personal-seal.js';

/** Seals messages until they are sent. */
@Injectable()
export class OutgoingMails {
  constructor(
    private readonly seal: PersonalSeal,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  to({ userId, wrappedKey }: Recipient, address: string, { subject, text }: MailText): OutgoingMail {
    const mailId = newId({ clock: this.clock, randomness: this.randomness });
    const content = JSON.stringify({ to: address, subject, text });
    return { mailId, userId, sealed: this.seal.seal(userId, wrappedKey, 'user.mail', content, mailId) };
  }

  open({ mailId, userId, sealed }: OutgoingMail, wrappedKey: string): Mail {
    const content = this.seal.open(userId, wrappedKey, 'user.mail', sealed, mailId);
    return { ...(JSON.parse(content) as Omit<Mail, 'id'>), id: mailId };
  }
}
