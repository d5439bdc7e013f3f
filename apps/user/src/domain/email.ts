/** How an address is compared and kept: without case and outer white space. Two spellings of it are one account. */
export const normaliseEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase();
