import { Injectable } from '@nestjs/common';
import type { Role, UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';
import type { EndedBy } from '../domain/session.js';

/** Deletes tokens before their sessions, the order in which a refresh locks them. Locked rows are left for the next run. */
const deleteTokens = `
delete from refresh_tokens where token_hash in (
  select token_hash from refresh_tokens t join sessions s using (session_id)
  where s.expires_at < now() - interval '1 day' order by token_hash limit 10000 for update of t skip locked)`;
const deleteSessions = `
delete from sessions s where expires_at < now() - interval '1 day'
and not exists (select from refresh_tokens t where t.session_id = s.session_id)`;

/** Longer than they are valid. */
const deleteMailedTokens = `delete from mailed_tokens where issued_at < now() - interval '1 day'`;

const selectOpen = `
select session_id as "sessionId", opened_at as "openedAt", expires_at as "expiresAt" from sessions
where user_id = $1 and status = 'open' and expires_at > now() and ($2::uuid is null or session_id < $2) order by session_id desc limit $3`;
const selectAll = `
select session_id as id, opened_at as "openedAt", expires_at as "expiresAt", ended_at as "endedAt", ended_by as "endedBy"
from sessions where user_id = $1 order by session_id desc`;
const selectRecent = `
select from sessions where session_id = $1 and user_id = $2 and opened_at > now() - $3 * interval '1 second'`;
const selectOver = `select session_id as "sessionId" from revocations where revoked_at < now() - $1 * interval '1 second' limit 500`;

const selectOwner = `
select clock_timestamp() as at, a.user_id as "userId", a.role from (values ($1)) as presented (hash)
left join refresh_tokens t on t.token_hash = presented.hash left join sessions using (session_id)
left join accounts a on a.user_id = sessions.user_id and a.status = 'active'`;

/** The database's time and whose token it is: of an active account, or undefined. */
export interface TokenOwner {
  readonly at: Date;
  readonly owner: { readonly userId: UserId; readonly role: Role } | undefined;
}

export interface OpenSessionRow {
  readonly sessionId: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
}

export interface SessionRow {
  readonly id: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly endedBy: EndedBy | null;
}

@Injectable()
export class SessionQueries {
  constructor(private readonly database: DataSource) {}

  async ownerOf(tokenHash: string): Promise<TokenOwner> {
    type Row = { readonly at: Date; readonly userId: UserId | null; readonly role: Role };
    const [row] = await this.database.query<Row[]>(selectOwner, [tokenHash]);
    if (!row) throw new TypeError('the database tells no time');
    const { at, userId, role } = row;
    return { at, owner: userId === null ? undefined : { userId, role } };
  }

  /** Newest first, starting before the given session. */
  openOf(userId: string, before: string | undefined, limit: number): Promise<readonly OpenSessionRow[]> {
    return this.database.query<OpenSessionRow[]>(selectOpen, [userId, before ?? null, limit]);
  }

  /** Newest first, also those that ended. */
  allOf(userId: UserId): Promise<readonly SessionRow[]> {
    return this.database.query<SessionRow[]>(selectAll, [userId]);
  }

  /** Whether the session was opened less than so many seconds ago. */
  async isRecent(
    session: { readonly sessionId: string | undefined; readonly userId: UserId },
    seconds: number,
  ): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(selectRecent, [
      session.sessionId ?? null,
      session.userId,
      seconds,
    ]);
    return rows.length > 0;
  }

  /** Revoked sessions whose last access token expired, `seconds` after the revocation. */
  overFor(seconds: number): Promise<readonly { readonly sessionId: string }[]> {
    return this.database.query(selectOver, [seconds]);
  }

  async deleteExpired(): Promise<void> {
    await this.database.query(deleteTokens);
    await this.database.query(deleteSessions);
    await this.database.query(deleteMailedTokens);
  }
}
