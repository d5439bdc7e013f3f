import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AcknowledgedKey } from '../domain/signing-key.js';

/** A key in the service's own copy of `user.keys` was read from the topic. */
const selectArrived = `select kid from svc_signing_keys where retired_at is null`;
const selectAcknowledged = `
select kid, status, public_key as "publicKey", private_key as "privateKey", announced_at as "announcedAt",
  expires_at as "expiresAt", announcement, retirement,
  signs_from as "signsFrom", acknowledged_at as "acknowledgedAt"
from signing_keys where status = 'acknowledged' order by signs_from`;

const selectUnretired = `select kid, private_key as "privateKey" from signing_keys where status <> 'retired'`;

@Injectable()
export class SigningKeyQueries {
  constructor(private readonly database: DataSource) {}

  async arrived(): Promise<readonly string[]> {
    return (await this.database.query<{ kid: string }[]>(selectArrived)).map(({ kid }) => kid);
  }

  unretired(): Promise<readonly { readonly kid: string; readonly privateKey: string }[]> {
    return this.database.query(selectUnretired);
  }

  acknowledged(): Promise<readonly AcknowledgedKey[]> {
    return this.database.query<AcknowledgedKey[]>(selectAcknowledged);
  }
}
