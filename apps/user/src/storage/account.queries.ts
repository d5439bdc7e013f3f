import { Injectable } from '@nestjs/common';
import type { Role, UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';

const selectByEmail = `
select a.user_id as "userId", a.role, c.password_hash as "passwordHash"
from accounts a join credentials c using (user_id) where a.email_index = any($1)`;
const selectRecipient = `
select a.user_id as "userId", k.wrapped_key as "wrappedKey" from accounts a join data_keys k using (user_id) where a.email_index = any($1)`;
const selectRegistration = `
select role, registered_at as "registeredAt", email_verified_at as "emailVerifiedAt" from accounts where user_id = $1 and status = 'active'`;
const selectPasswordHash = `select password_hash as "passwordHash" from credentials where user_id = $1`;
const selectProfile = `
select a.user_id as "userId", a.role, a.email, a.email_verified_at is not null as "emailVerified", t.email as "pendingEmail", a.name,
  k.wrapped_key as "wrappedKey"
from accounts a join data_keys k using (user_id)
left join mailed_tokens t on t.user_id = a.user_id and t.purpose = 'change-email' and t.issued_at > now() - interval '1 hour'
where a.user_id = $1 and a.status = 'active'`;

/** `left` and not `like`: an id may contain underscores. */
const selectNotWrappedWith = `
select a.user_id as "userId", a.email, k.wrapped_key as "wrappedKey"
from accounts a join data_keys k using (user_id) where a.status <> 'forgotten' and left(k.wrapped_key, 9) <> $1 || '.' limit $2`;

/** A person who gets a message. */
export interface Recipient {
  readonly userId: UserId;
  readonly wrappedKey: string;
}

export interface CredentialRow {
  readonly userId: UserId;
  readonly role: Role;
  readonly passwordHash: string;
}

/** A sealed address with the wrapped key that unseals it. */
export type SealedAddress = Pick<SealedProfile, 'userId' | 'email' | 'wrappedKey'>;

/** A sealed profile with the wrapped key that unseals it. */
export interface SealedProfile {
  readonly userId: UserId;
  readonly role: Role;
  readonly email: string;
  readonly emailVerified: boolean;
  /** Of a change that is not confirmed. */
  readonly pendingEmail: string | null;
  readonly name: string;
  readonly wrappedKey: string;
}

export interface Registration {
  readonly role: Role;
  readonly registeredAt: Date;
  readonly emailVerifiedAt: Date | null;
}

@Injectable()
export class AccountQueries {
  constructor(private readonly database: DataSource) {}

  async byEmail(emailIndexes: readonly string[]): Promise<CredentialRow | undefined> {
    return (await this.database.query<CredentialRow[]>(selectByEmail, [emailIndexes]))[0];
  }

  /** The account with an address. */
  async recipient(emailIndexes: readonly string[]): Promise<Recipient | undefined> {
    return (await this.database.query<Recipient[]>(selectRecipient, [emailIndexes]))[0];
  }

  /** Undefined for an unknown or forgotten person. */
  async passwordHash(userId: UserId): Promise<string | undefined> {
    return (await this.database.query<{ passwordHash: string }[]>(selectPasswordHash, [userId]))[0]?.passwordHash;
  }

  async registration(userId: UserId): Promise<Registration | undefined> {
    return (await this.database.query<Registration[]>(selectRegistration, [userId]))[0];
  }

  /** Accounts whose data key another secret wraps. */
  notWrappedWith(secretId: string, limit: number): Promise<readonly SealedAddress[]> {
    return this.database.query<SealedAddress[]>(selectNotWrappedWith, [secretId, limit]);
  }

  /** Undefined for an unknown or forgotten person. */
  async profile(userId: UserId): Promise<SealedProfile | undefined> {
    return (await this.database.query<SealedProfile[]>(selectProfile, [userId]))[0];
  }
}
