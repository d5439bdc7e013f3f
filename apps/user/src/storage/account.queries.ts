import { Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/kernel';
import { DataSource } from 'typeorm';
import type { Role } from '../domain/account.js';

const byEmail = `
select a.user_id as "userId", a.role, c.password_hash as "passwordHash"
from accounts a join credentials c using (user_id) where a.email_index = $1`;
const profile = `
select a.user_id as "userId", a.role, a.email, a.name, k.wrapped_key as "wrappedKey"
from accounts a join data_keys k using (user_id) where a.user_id = $1 and a.status = 'active'`;

export interface Proof {
  readonly userId: UserId;
  readonly role: Role;
  readonly passwordHash: string;
}

/** Sealed, with the key that opens it. */
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

  async byEmail(emailIndex: string): Promise<Proof | undefined> {
    return (await this.database.query<Proof[]>(byEmail, [emailIndex]))[0];
  }

  /** Undefined where nobody is, or nobody is any more. */
  async profile(userId: UserId): Promise<SealedProfile | undefined> {
    return (await this.database.query<SealedProfile[]>(profile, [userId]))[0];
  }
}
