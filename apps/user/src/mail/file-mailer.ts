import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, type Clock, type Randomness } from '@tradewind/kernel';
import { checkMail } from './checked-mail.js';
import type { Mail, Mailer } from './mailer.js';

export interface FileMailerOptions {
  /** Created with the first message, readable by this account only. */
  readonly folder: string;
  /** The sender's address. */
  readonly from: string;
}

/** Writes each message to a file `<id>.eml` (RFC 5322), which a mail program can open and a program can pass on. */
export class FileMailer implements Mailer {
  constructor(
    private readonly options: FileMailerOptions,
    private readonly ports: { readonly clock: Clock; readonly randomness: Randomness },
  ) {}

  /** A reader sees a complete file or none: it is written under another name, and renamed. */
  async send(mail: Mail, signal: AbortSignal): Promise<void> {
    checkMail(mail);
    signal.throwIfAborted();
    const { folder } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unfinished = join(folder, `.${mail.id}.${newId(this.ports)}`);
    try {
      await write(unfinished, this.#textOf(mail));
      await rename(unfinished, join(folder, `${mail.id}.eml`));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  #textOf({ id, to, subject, text }: Mail): string {
    const { from } = this.options;
    return [
      `Message-ID: <${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
      `Date: ${this.ports.clock.now().toUTCString().replace('GMT', '+0000')}`,
      `From: ${from}`,
      `To: ${to}`,
      `Subject: ${subject}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      text,
    ].join('\n');
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
