import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemRandomness } from '@tradewind/messaging/internals';
import { mailsIn } from '../../../../test/mail-folder.js';
import { FileMailer } from './file-mailer.js';
import { describeMailer } from './mailer-conformance.js';

const ports = { clock: { now: () => new Date('2030-01-02T03:04:05Z') }, randomness: systemRandomness };

async function aFileMailer() {
  const parent = await mkdtemp(join(tmpdir(), 'mail-'));
  const folder = join(parent, 'mail');
  return {
    folder,
    mailer: new FileMailer({ folder, from: 'shop@tradewind.example' }, ports),
    received: () => mailsIn(folder),
    fail: () => writeFile(folder, 'a file, where the folder should be'),
    close: () => rm(parent, { recursive: true }),
  };
}

describeMailer('files', aFileMailer);

describe('a message in a file', () => {
  const mail = { id: 'a1', to: 'ann@example.com', subject: 'Hello', text: 'Ann\n' };

  it('is readable by its account only, and alone in its folder', async () => {
    const { folder, mailer, close } = await aFileMailer();
    await mailer.send(mail, new AbortController().signal);
    const modes = await Promise.all([folder, join(folder, 'a1.eml')].map(async (path) => (await stat(path)).mode));
    expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(['700', '600']);
    expect(await readdir(folder)).toEqual(['a1.eml']);
    await close();
  });

  it('has the headers of an e-mail', async () => {
    const { folder, mailer, close } = await aFileMailer();
    await mailer.send(mail, new AbortController().signal);
    expect((await readFile(join(folder, 'a1.eml'), 'utf8')).split('\n')).toEqual([
      'Message-ID: <a1@tradewind.example>',
      'Date: Wed, 02 Jan 2030 03:04:05 +0000',
      'From: shop@tradewind.example',
      'To: ann@example.com',
      'Subject: Hello',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'Ann',
      '',
    ]);
    await close();
  });
});
