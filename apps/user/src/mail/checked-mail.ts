import type { Mail } from './mailer.js';

const id = /^[\w-]{1,100}$/;
// eslint-disable-next-line no-control-regex -- they would begin another header
const oneLine = /^[^\u0000-\u001f\u007f]+$/;

/** Throws a TypeError for a message whose id or headers could become something else. Does not repeat its values. */
export function checkMail(mail: Mail): void {
  if (!id.test(mail.id)) throw new TypeError('the id of a mail has letters, digits and dashes only');
  if (!oneLine.test(mail.to)) throw new TypeError('the address of a mail is one line');
  if (!oneLine.test(mail.subject)) throw new TypeError('the subject of a mail is one line');
}
