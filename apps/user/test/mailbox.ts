import { expect } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import type { ServiceHarness } from '@tradewind/testing/service';
import type { Mail } from '../src/mail/mailer.js';
import { mailsIn } from '../../../test/mail-folder.js';

interface Owner {
  readonly email: string;
}

/** The token of a message, as a person copies it. */
export const tokenIn = ({ text }: Mail): string => /(?<=[\n=])[\w-]{43}(?=\n)/.exec(text)![0];

/** The mailboxes of the people of a test. */
export class Mailboxes {
  constructor(
    private readonly folder: string,
    private readonly harness: () => ServiceHarness,
  ) {}

  /** The messages to a person, in any order. */
  async of({ email }: Owner, subject?: string): Promise<Mail[]> {
    return (await mailsIn(this.folder)).filter(
      (mail) => mail.to === email && (subject === undefined || mail.subject === subject),
    );
  }

  /** The one message with a subject, when it has arrived. */
  async one(owner: Owner, subject: string): Promise<Mail> {
    await eventually(async () => (await this.of(owner, subject)).length > 0);
    const [mail, ...others] = await this.of(owner, subject);
    expect(others).toEqual([]);
    return mail!;
  }

  /** Messages that are not sent yet. */
  async waiting(): Promise<number> {
    return (await this.harness().query('select from msg_effects where done_at is null')).length;
  }

  async settled(): Promise<void> {
    await eventually(async () => (await this.waiting()) === 0);
  }
}
