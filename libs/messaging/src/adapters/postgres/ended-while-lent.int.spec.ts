import 'reflect-metadata';
import { connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { messagingMigrations } from '../../index.js';
import { PostgresStore } from '../../internals.js';

/** The server can be used; and its last answer when its postmaster is killed. */
const readyForQuery = Buffer.from('Z\0\0\0\x05I', 'latin1');
const fields = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0';
const fatalError = Buffer.concat([
  Buffer.from('E\0\0\0', 'latin1'),
  Buffer.from([fields.length + 4]),
  Buffer.from(fields),
]);

describe('a server that ends together with its first answer on a connection', () => {
  let database: FreshDatabase;
  let proxy: Server;
  let dataSource: DataSource;
  let store: PostgresStore;
  let isEnding = false;

  beforeAll(async () => {
    database = await freshDatabase();
    const url = new URL(database.url);
    const [host, port] = [url.hostname, Number(url.port)];
    proxy = createServer((client) => {
      const server = connect(port, host);
      client.on('data', (data) => server.write(data)).on('error', () => server.destroy());
      client.on('close', () => server.destroy());
      server.on('error', () => client.destroy()).on('close', () => client.destroy());
      server.on('data', (data) => {
        if (isEnding && data.subarray(-readyForQuery.length).equals(readyForQuery))
          client.end(Buffer.concat([data, fatalError]));
        else client.write(data);
      });
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    url.host = `127.0.0.1:${(proxy.address() as { readonly port: number }).port}`;
    dataSource = new DataSource({
      type: 'postgres',
      url: url.href,
      extra: { idleTimeoutMillis: 1 },
      poolErrorHandler: () => undefined,
      installExtensions: false,
      migrations: messagingMigrations,
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    store = new PostgresStore(dataSource);
  });
  beforeEach(async () => {
    const { master } = dataSource.driver as unknown as { readonly master: { readonly totalCount: number } };
    await eventually(() => master.totalCount === 0); // the next transaction opens a connection
  });
  afterAll(async () => {
    await dataSource?.destroy();
    proxy?.close();
    await database?.drop();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a transaction of the library', () => store.transaction(() => Promise.resolve())],
    ['a transaction of the caller', () => dataSource.transaction((manager) => manager.query('select 1'))],
  ])('makes %s fail, and does not end the process', async (_whose, transaction) => {
    isEnding = true;
    await expect(transaction()).rejects.toThrow(/not queryable|unavailable|terminat/);
    isEnding = false;
    await transaction();
  });
});
