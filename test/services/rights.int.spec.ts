import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { openDatabase, serviceMigrations, type Migration } from '@tradewind/service';
import { messagingMigrations } from '@tradewind/messaging';
import { systemPorts } from '@tradewind/messaging/internals';
import pg from 'pg';
import { createServiceDatabase, type ServiceDatabase } from '../../tools/platform/postgres/service-database.js';
import { databaseServices, perDatabase, type DatabaseService } from '../../tools/services.js';
import { serviceParts } from './index.js';

/** What a service may do with its tables other than everything with rows. Written by hand: the migrations must agree. */
const onlyGrows = ['SELECT', 'INSERT'];
const exceptions: Readonly<Record<string, readonly string[]>> = {
  ledger_entries: onlyGrows,
  stock_changes: onlyGrows,
  msg_operator_actions: onlyGrows,
  msg_outbox_archive: ['SELECT', 'INSERT', 'DELETE'],
};
const rowRights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const rights = [...rowRights, 'TRUNCATE', 'REFERENCES', 'TRIGGER'];

const run = randomBytes(4).toString('hex');
const nameOf = (service: DatabaseService): string => `${service}_${run}`;

async function ask<R extends object>(url: string, sql: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

describe('the role of a service', () => {
  const adminUrl = process.env['TEST_DATABASE_URL']!;
  let databases: Readonly<Record<DatabaseService, ServiceDatabase>>;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    const created = new Map<DatabaseService, ServiceDatabase>();
    for (const service of databaseServices) {
      const database = await createServiceDatabase(adminUrl, nameOf(service), { service: 'a', owner: 'b' });
      created.set(service, database);
      const settings = { DATABASE_URL: database.url, MIGRATION_DATABASE_URL: database.ownerUrl };
      const migrations: Migration[] = [
        ...messagingMigrations,
        ...serviceMigrations,
        ...serviceParts[service].definition.migrations,
      ];
      const opened = await openDatabase(
        { ...settings, MIGRATIONS: 'apply', STATEMENT_TIMEOUT_MS: 8_000 },
        service,
        migrations,
        systemPorts,
      );
      await opened.destroy();
    }
    databases = perDatabase((service) => created.get(service)!);
  }, 60_000);
  afterAll(async () => {
    for (const service of databaseServices) {
      await ask(adminUrl, `drop database if exists ${nameOf(service)} with (force)`);
      await ask(adminUrl, `drop role if exists ${nameOf(service)}, ${nameOf(service)}_owner`);
    }
  });

  it.each(databaseServices)('%s has exactly these rights on each table', async (service) => {
    const tables = await ask<{ table: string; granted: string[]; owner: string }>(
      databases[service].url,
      `select relname as "table", array(select r from unnest($1::text[]) as r where has_table_privilege(c.oid, r)) as granted, pg_get_userbyid(relowner)::text as owner
       from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`,
      [rights],
    );
    expect(tables.length).toBeGreaterThan(20);
    expect(tables).toEqual(
      tables.map(({ table }) => ({
        table,
        granted: exceptions[table] ?? rowRights,
        owner: `${nameOf(service)}_owner`,
      })),
    );
  });

  it.each(databaseServices)('%s cannot connect to the database of another service', async (service) => {
    for (const other of databaseServices.filter((each) => each !== service)) {
      const url = Object.assign(new URL(databases[service].url), { pathname: nameOf(other) }).href;
      await expect(ask(url, 'select 1')).rejects.toThrow('permission denied for database');
    }
  });

  it('cannot rewrite the ledger, nor take away what protects it', async () => {
    const { url } = databases.payment;
    for (const statement of [
      'update ledger_entries set amount = 1',
      'delete from ledger_entries',
      'truncate ledger_entries',
      'alter table ledger_entries disable trigger user',
      'drop trigger ledger_append_only on ledger_entries',
      'drop table ledger_entries cascade',
      'create or replace function ledger_append_only() returns trigger language sql as $$ select 1 $$',
      'alter table ledger_entries owner to current_user',
      'set session_replication_role = replica',
      'update msg_outbox_archive set payload = null',
      'delete from msg_operator_actions',
    ])
      await expect(ask(url, statement).then(() => statement)).rejects.toThrow(
        /permission denied|must be owner|trigger/,
      );
  });
});
