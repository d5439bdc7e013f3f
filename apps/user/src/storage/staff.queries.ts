import { Injectable } from '@nestjs/common';
import type { StaffRole, UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';

const select = `
select a.user_id as "userId", a.role, a.status, a.email, a.name, k.wrapped_key as "wrappedKey", a.registered_at as "registeredAt"
from accounts a join data_keys k using (user_id) where a.role <> 'customer'`;
const selectOne = `${select} and a.user_id = $1`;
const selectPage = `${select} and ($1::uuid is null or a.user_id < $1) order by a.user_id desc limit $2`;

/** With the wrapped key that unseals e-mail and name. */
export interface StaffRow {
  readonly userId: UserId;
  readonly role: StaffRole;
  readonly status: 'active' | 'disabled';
  readonly email: string;
  readonly name: string;
  readonly wrappedKey: string;
  readonly registeredAt: Date;
}

@Injectable()
export class StaffQueries {
  constructor(private readonly database: DataSource) {}

  async find(userId: UserId): Promise<StaffRow | undefined> {
    return (await this.database.query<StaffRow[]>(selectOne, [userId]))[0];
  }

  list(before: UserId | undefined, limit: number): Promise<readonly StaffRow[]> {
    return this.database.query<StaffRow[]>(selectPage, [before ?? null, limit]);
  }
}
