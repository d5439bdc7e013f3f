import { domainToASCII } from 'node:url';

/**
 * The one form in which an address is stored, compared and looked up: NFC, lower case, its domain in ASCII (RFC 5890), without surrounding
 * white space. Two addresses with the same form reach the same mailbox. A text that is no address gets a form that no account has.
 */
export function normaliseEmail(email: string): string {
  const text = email.normalize('NFC').trim().toLowerCase();
  const at = text.lastIndexOf('@');
  const domain = at < 0 ? '' : domainToASCII(text.slice(at + 1));
  return domain === '' ? text : `${text.slice(0, at)}@${domain}`;
}
