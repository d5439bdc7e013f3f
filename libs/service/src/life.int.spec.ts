import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { messagingMigrations, systemTimers, type IncomingRecord, type Tail } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { applyMigrations, checkMigrations, connect, databaseFault, dataSourceOf, MigrationsPending } from './database/index.js';
import { CreateNotes1760000000001, startProbe, type Note, type Probe } from './probe.fixture.spec.js';

describe('a service', () => {
  let probe: Probe;
  let tail: Tail;
  const heartbeats: IncomingRecord[] = [];
  const http = () => probe.http();

  beforeAll(async () => {
    probe = await startProbe();
    tail = await probe.kafka.tail({ topics: [topics.platformInstances.name], onRecords: (records) => heartbeats.push(...records), onDead: () => undefined });
  }, 60_000);
  afterAll(async () => {
    await tail?.close();
    await probe?.end();
  }, 30_000);

  it('wakes whoever waits for a row when it is committed', async () => {
    const waiting = http().get('/notes/awaited?wait=5000').then(({ body }) => body as Note);
    await http().post('/notes').send({ text: 'awaited' }).expect(201);
    expect((await waiting).text).toBe('awaited');
  });

  it('announces where it is', async () => {
    const seen = (await eventually(() => heartbeats.find(({ key, value }) => key === `${probe.service}-1` && value !== null)))!;
    expect(JSON.parse(seen.value!.toString())).toMatchObject({ instanceId: `${probe.service}-1`, service: probe.service, url: probe.running.url });
    expect(seen.headers).toMatchObject({ ce_type: 'platform.instance-seen', ce_specversion: '1.0' });
  });

  describe('told to stop', () => {
    it('ends its streams, finishes its answers, says goodbye and accepts nothing more', async () => {
      const stream = await fetch(`${probe.running.url}/notes/stream`);
      const waiting = fetch(`${probe.running.url}/notes/never?wait=60000`);
      await eventually(async () => /^http_requests_open 3$/m.test(await (await fetch(`${probe.running.url}/metrics`)).text()));
      await probe.running.stop();
      expect(await stream.text()).toContain('hello');
      expect((await waiting).status).toBe(404);
      await expect(fetch(`${probe.running.url}/healthz`)).rejects.toThrow();
      await eventually(() => heartbeats.find(({ key, value }) => key === `${probe.service}-1` && value === null));
    });
  });
});

describe('a database that is behind', () => {
  let database: FreshDatabase;
  const open = async (url = database.url) => {
    const dataSource = dataSourceOf({ DATABASE_URL: url }, 'probe', [...messagingMigrations, CreateNotes1760000000001]);
    await connect(dataSource, systemTimers);
    return dataSource;
  };

  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database?.drop());

  it('stops the start, and the pending migrations are named', async () => {
    const dataSource = await open();
    await expect(checkMigrations(dataSource)).rejects.toThrow(new MigrationsPending(['Messaging1700000000001', 'CreateNotes1760000000001']));
    await dataSource.destroy();
  });
  it('is migrated once by three that start together, and is then as it should be', async () => {
    const sources = await Promise.all([open(), open(), open()]);
    await Promise.all(sources.map(applyMigrations));
    await Promise.all(sources.map(checkMigrations));
    expect(await Promise.all(sources.map(databaseFault))).toEqual([undefined, undefined, undefined]);
    await sources[0]!.query("delete from svc_migrations where name like 'CreateNotes%'");
    expect(await databaseFault(sources[0]!)).toBe('the database is behind its migrations');
    await Promise.all(sources.map((source) => source.destroy()));
  });
  it('is refused at once, not waited for, when it lets nobody in', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    await expect(open(url.href)).rejects.toThrow('does not exist');
  });
});

describe('a process', () => {
  let database: FreshDatabase;
  const main = `
    import { contracts } from '@tradewind/contracts';
    import { DatabaseConfig, readConfig, runService, ServiceModule } from '@tradewind/service';
    const config = readConfig(DatabaseConfig, process.env);
    await runService(ServiceModule.forRoot({ config, migrations: [], messaging: { service: 'probe-process', contracts, lockOrder: [] } }), config);`;
  const children: ChildProcess[] = [];
  const start = (environment: Record<string, string>) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', main], {
      env: { PATH: process.env['PATH'], PORT: '0', KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'], DATABASE_URL: database.url, MIGRATIONS: 'apply', ...environment },
    });
    children.push(child);
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    return { child, said: () => said.join(''), ended: once(child, 'exit').then(([code]) => code as number | null) };
  };

  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await database?.drop();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('serves, logs JSON, and exits with 0 on %s', async (signal) => {
    const { child, said, ended } = start({});
    await eventually(() => said().includes('serving http'));
    child.kill(signal);
    expect(await ended).toBe(0);
    const lines = said().trim().split('\n').map((line) => JSON.parse(line) as { level: string; msg: string; service: string });
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'stopped', service: 'probe-process' });
    expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  }, 30_000);
  it('does not start without its settings, and names them', async () => {
    const { said, ended } = start({ PORT: 'x', DATABASE_URL: '' });
    expect(await ended).toBe(1);
    expect(said()).toMatch(/DATABASE_URL is missing.*\n.*PORT must be a port/);
  }, 30_000);
  it('serves while the broker is away, and says that it is degraded', async () => {
    const { child, said, ended } = start({ KAFKA_BROKERS: '127.0.0.1:1' });
    const [, url] = (await eventually(() => /serving (http:[^"]+)/.exec(said())))!;
    const ready = await eventually(async () => {
      const answer = await fetch(`${url}/readyz`);
      const body = (await answer.json()) as { degraded: string[] };
      return body.degraded.length >= 2 && { code: answer.status, ...body };
    });
    expect(ready).toMatchObject({ code: 200, status: 'ready', degraded: expect.arrayContaining(['consumers: not connected to the broker']) });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 60_000);
});
