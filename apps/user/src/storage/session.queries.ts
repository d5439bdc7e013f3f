import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Deletes tokens before their sessions, the order in which a refresh locks them. Locked rows are left for the next run. */
const deleteTokens = `
delete from refresh_tokens where token_hash in (
  select token_hash from refresh_tokens t join sessions s using (session_id)
  where s.expires_at < now() - interval '1 day' order by token_hash limit 10000 for update of t skip locked)`;
const deleteSessions = `
delete from sessions s where expires_at < now() - interval '1 day'
and not exists (select from refresh_tokens t where t.session_id = s.session_id)`;

@Injectable()
export class SessionQueries {
  constructor(private readonly database: DataSource) {}

  async databaseTime(): Promise<Date> {
    const [row] = await this.database.query<{ at: Date }[]>('select clock_timestamp() as at');
    if (!row) throw new TypeError('the database tells no time');
    return row.at;
  }

  async deleteExpired(): Promise<void> {
    await this.database.query(deleteTokens);
    await this.database.query(deleteSessions);
  }
}
