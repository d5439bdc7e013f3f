/** The form in which addresses are compared and stored: lower case, without surrounding white space. */
export const normaliseEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase();
