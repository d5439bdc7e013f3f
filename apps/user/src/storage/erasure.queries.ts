import { Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';

/** An hour more than the segments of `user.data-keys`: the first tombstone's segment is closed by the second. */
const dueAfter = `interval '25 hours'`;
const unrepeated = `
from accounts a where a.status = 'forgotten' and not exists (select from repeated_tombstones t where t.user_id = a.user_id)`;
const selectDue = `select a.user_id as "userId" ${unrepeated} and a.forgotten_at < now() - ${dueAfter} order by a.forgotten_at limit 500`;
const countOverdue = `select count(*)::int as count ${unrepeated} and a.forgotten_at < now() - ${dueAfter} - interval '3 hours'`;

@Injectable()
export class ErasureQueries {
  constructor(private readonly database: DataSource) {}

  /** Forgotten people whose tombstone must be published a second time. */
  due(): Promise<readonly { readonly userId: UserId }[]> {
    return this.database.query(selectDue);
  }

  /** Those for whom it should have been published hours ago. */
  async overdue(): Promise<number> {
    return (await this.database.query<{ count: number }[]>(countOverdue))[0]!.count;
  }
}
