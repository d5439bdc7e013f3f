/** What a person may do: each role includes the ones before it. */
export const roles = ['viewer', 'support', 'operator', 'admin'] as const;

/** A person's rights: `viewer` sees, `operator` acts. */
export type Role = (typeof roles)[number];

/** A person at the console. */
export interface Operator {
  readonly id: string;
  /** As it is recorded with each action, for example an e-mail address. */
  readonly name: string;
  readonly role: Role;
}

export const includes = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
