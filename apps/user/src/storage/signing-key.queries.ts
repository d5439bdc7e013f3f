import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AcknowledgedKey } from '../domain/signing-key.js';

/** Only the service's own copy of `user.keys` proves that a record is on the topic. */
const arrived = `select kid from svc_signing_keys where retired_at is null`;
const acknowledged = `
select kid, status, public_key as "publicKey", private_key as "privateKey", announced_at as "announcedAt",
  signs_from as "signsFrom", acknowledged_at as "acknowledgedAt"
from signing_keys where status = 'acknowledged' order by signs_from`;

@Injectable()
export class SigningKeyQueries {
  constructor(private readonly database: DataSource) {}

  async arrived(): Promise<readonly string[]> {
    return (await this.database.query<{ kid: string }[]>(arrived)).map(({ kid }) => kid);
  }

  acknowledged(): Promise<readonly AcknowledgedKey[]> {
    return this.database.query<AcknowledgedKey[]>(acknowledged);
  }
}
