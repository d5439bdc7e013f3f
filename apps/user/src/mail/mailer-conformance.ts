import { afterEach, describe, expect, it } from '@jest/globals';
import type { Mail, Mailer } from './mailer.js';

export interface MailerUnderTest {
  readonly mailer: Mailer;
  /** What has arrived, in any order; of repeated messages one or all. */
  received(): Promise<readonly Mail[]>;
  /** From now on nothing can be handed over. */
  fail(): Promise<void>;
  close(): Promise<void>;
}

const aMail = (more: Partial<Mail> = {}): Mail => ({
  id: '01991234-5678-7000-8000-000000000001',
  to: 'ann@example.com',
  subject: 'Your password',
  text: 'One line.\nAnother line.\n',
  ...more,
});
const running = new AbortController().signal;

/** The conformance suite of the mailer port, for all its adapters. `make` creates one to which nothing was sent. */
export function describeMailer(name: string, make: () => Promise<MailerUnderTest>): void {
  const created: MailerUnderTest[] = [];
  const aMailer = async (): Promise<MailerUnderTest> => {
    const under = await make();
    created.push(under);
    return under;
  };

  describe(`${name}: a mailer`, () => {
    afterEach(async () => void (await Promise.all(created.splice(0).map((each) => each.close()))));

    it.each<[string, Partial<Mail>]>([
      ['a message', {}],
      [
        'letters of other languages',
        { to: 'jos\u00e9@example.com', subject: 'Passwort f\u00fcr Jos\u00e9', text: 'Gr\u00fc\u00dfe \u2713\n' },
      ],
      ['a line of one dot, and lines that look like headers', { text: '.\nTo: eve@example.com\n\n.\nFrom x\n' }],
      ['long lines', { text: `${'https://shop.example/#reset-password='.repeat(50)}\n` }],
    ])('delivers %s unchanged', async (_, more) => {
      const { mailer, received } = await aMailer();
      await mailer.send(aMail(more), running);
      expect(await received()).toEqual([aMail(more)]);
    });

    it('delivers a repeated message with the same id', async () => {
      const { mailer, received } = await aMailer();
      await mailer.send(aMail(), running);
      await Promise.all([mailer.send(aMail(), running), mailer.send(aMail(), running)]);
      expect(new Set((await received()).map(({ id }) => id))).toEqual(new Set([aMail().id]));
    });

    it('delivers each of many messages that are sent at once', async () => {
      const { mailer, received } = await aMailer();
      const mails = Array.from({ length: 50 }, (_, at) => aMail({ id: `mail-${at}`, to: `person-${at}@example.com` }));
      await Promise.all(mails.map((mail) => mailer.send(mail, running)));
      const byId = (some: readonly Mail[]) => some.toSorted((one, other) => one.id.localeCompare(other.id));
      expect(byId(await received())).toEqual(byId(mails));
    });

    it.each<[string, Partial<Mail>]>([
      ['an address of two lines', { to: 'ann@example.com\r\nBcc: eve@example.com' }],
      ['a subject of two lines', { subject: 'Hello\nBcc: eve@example.com' }],
      ['an id that is a path', { id: '../../mail' }],
    ])('sends nothing with %s', async (_, more) => {
      const { mailer, received } = await aMailer();
      await expect(mailer.send(aMail(more), running)).rejects.toThrow(TypeError);
      expect(await received()).toEqual([]);
    });

    it('sends nothing after an abort', async () => {
      const { mailer, received } = await aMailer();
      await expect(mailer.send(aMail(), AbortSignal.abort())).rejects.toThrow();
      expect(await received()).toEqual([]);
    });

    it('rejects what it cannot hand over, without the address in the error', async () => {
      const { mailer, fail } = await aMailer();
      await fail();
      const error: unknown = await mailer.send(aMail(), running).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: expect.any(String) });
      expect(String(error)).not.toContain('ann@example.com');
    });
  });
}
