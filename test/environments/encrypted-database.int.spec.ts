import 'reflect-metadata';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { makeCertificates, type Certificates } from '../../tools/platform/kafka/certificates.js';
import { startPostgres, type Postgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { makeCall, migrate } from './call-service.fixture.spec.js';

describe('a PostgreSQL that accepts encrypted connections only', () => {
  let folder: string;
  let certificates: Certificates;
  let server: Postgres;
  const connect = async (url: string): Promise<boolean> => {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      const { rows } = await client.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      return rows[0]?.ssl ?? false;
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    certificates = makeCertificates(join(folder, 'certificates'));
    const [port = 0] = await freePorts(1);
    server = await startPostgres({
      dataDir: join(folder, 'postgres'),
      port,
      password: 'only for this test',
      logFile: join(folder, 'postgres.log'),
      settings: { fsync: 'off', listen_addresses: '127.0.0.1,127.0.0.2' },
      tls: { certificateFile: certificates.brokerFile, caFile: certificates.caFile },
    });
    await migrate({ type: 'postgres', url: server.adminUrl });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    removeState(folder);
  }, 60_000);

  it('runs a service whose URL asks for a verified certificate', async () => {
    expect(await connect(server.adminUrl)).toBe(true);
    expect(await makeCall({ type: 'postgres', url: server.adminUrl })).toMatchObject({ seconds: 90 });
  });

  it('runs a service whose data source has the certificate of the authority', async () => {
    const { hostname: host, port, username, password, pathname } = new URL(server.adminUrl);
    const options = { type: 'postgres', host, port: Number(port), username, database: pathname.slice(1) } as const;
    const ssl = { ca: certificates.ca };
    expect(await makeCall({ ...options, password: decodeURIComponent(password), ssl })).toMatchObject({ seconds: 90 });
  });

  it('refuses a connection in clear', async () => {
    await expect(connect(server.adminUrl.replace(/\?.*/, ''))).rejects.toThrow('no encryption');
  });

  it('is not believed with the certificate of another authority, or for another host', async () => {
    const other = makeCertificates(join(folder, 'other'));
    await expect(
      connect(server.adminUrl.replace(encodeURIComponent(certificates.caFile), encodeURIComponent(other.caFile))),
    ).rejects.toThrow('certificate');
    await expect(connect(server.adminUrl.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow('altnames');
  });
});
