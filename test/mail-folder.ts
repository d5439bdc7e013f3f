import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mail } from '../apps/user/src/mail/mailer.js';

/** The messages that the file mailer has written to a folder. */
export async function mailsIn(folder: string): Promise<Mail[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.eml'));
  return Promise.all(files.map(async (name) => mailOf(await readFile(join(folder, name), 'utf8'))));
}

function mailOf(file: string): Mail {
  const end = file.indexOf('\n\n');
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(file.slice(0, end))?.[1] ?? '';
  const id = /^<(.*)@/.exec(header('Message-ID'))?.[1] ?? '';
  return { id, to: header('To'), subject: header('Subject'), text: file.slice(end + 2) };
}
