import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MailedToken } from '../domain/mailed-token.js';

const selectByHash = `
select user_id as "userId", purpose, token_hash as "tokenHash", issued_at as "issuedAt", email from mailed_tokens where token_hash = $1`;

type Row = Omit<MailedToken, 'email'> & { readonly email: string | null };

@Injectable()
export class MailedTokenQueries {
  constructor(private readonly database: DataSource) {}

  async find(tokenHash: string): Promise<MailedToken | undefined> {
    const [row] = await this.database.query<Row[]>(selectByHash, [tokenHash]);
    if (!row) return undefined;
    const { email, ...token } = row;
    return { ...token, ...(email !== null && { email }) };
  }
}
