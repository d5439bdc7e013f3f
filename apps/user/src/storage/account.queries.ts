import { Injectable } from '@nestjs/common';
import type { Role, UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';

const selectByEmail = `
select a.user_id as "userId", a.role, c.password_hash as "passwordHash"
from accounts a join credentials c using (user_id) where a.email_index = any($1)`;
const selectProfile = `
select a.user_id as "userId", a.role, a.email, a.name, k.wrapped_key as "wrappedKey"
from accounts a join data_keys k using (user_id) where a.user_id = $1 and a.status = 'active'`;

/** `left` and not `like`: an id may contain underscores. */
const selectNotWrappedWith = `
select a.user_id as "userId", a.role, a.email, a.name, k.wrapped_key as "wrappedKey"
from accounts a join data_keys k using (user_id) where a.status <> 'forgotten' and left(k.wrapped_key, 9) <> $1 || '.' limit $2`;

export interface CredentialRow {
  readonly userId: UserId;
  readonly role: Role;
  readonly passwordHash: string;
}

/** A sealed profile with the wrapped key that unseals it. */
export interface SealedProfile {
  readonly userId: UserId;
  readonly role: Role;
  readonly email: string;
  readonly name: string;
  readonly wrappedKey: string;
}

@Injectable()
export class AccountQueries {
  constructor(private readonly database: DataSource) {}

  async byEmail(emailIndexes: readonly string[]): Promise<CredentialRow | undefined> {
    return (await this.database.query<CredentialRow[]>(selectByEmail, [emailIndexes]))[0];
  }

  /** Accounts whose data key another secret wraps. */
  notWrappedWith(secretId: string, limit: number): Promise<readonly SealedProfile[]> {
    return this.database.query<SealedProfile[]>(selectNotWrappedWith, [secretId, limit]);
  }

  /** Undefined for an unknown or forgotten person. */
  async profile(userId: UserId): Promise<SealedProfile | undefined> {
    return (await this.database.query<SealedProfile[]>(selectProfile, [userId]))[0];
  }
}
