import { UniqueConflict } from '@tradewind/messaging';
import { emailTaken } from '../domain/account.js';

/** Of concurrent commands with one address, the unique constraint accepts one. */
export async function uniqueEmail<R>(run: () => Promise<R>): Promise<R | typeof emailTaken> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UniqueConflict && error.constraint === 'accounts_email_unique') return emailTaken;
    throw error;
  }
}
