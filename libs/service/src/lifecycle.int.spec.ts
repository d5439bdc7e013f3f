import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Module, Param, Post, Query, Sse, type MessageEvent } from '@nestjs/common';
import { contracts, topics } from '@tradewind/contracts';
import { answer, command, Commands, insert, kafkaClient, table, type KafkaClient } from '@tradewind/messaging';
import type { IncomingRecord, Tail } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import { NEVER, startWith, type Observable } from 'rxjs';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import {
  RowWaiter,
  DatabaseConfig,
  problem,
  Public,
  readConfig,
  ServiceModule,
  startService,
  type RunningService,
} from './index.js';

interface Note {
  readonly text: string;
}
const Notes = table<Note>('notes', 'text', { text: 'text' });

class CreateNotes1760000000001 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> => runner.query('create table notes (text text primary key)');
  down = (runner: QueryRunner): Promise<void> => runner.query('drop table notes');
}

const writeNote = command('note.write', {}, (note: Note) => insert(Notes, note).and(answer(note)));

@Public()
@Controller('notes')
class NotesController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(RowWaiter) private readonly rowWaiter: RowWaiter,
  ) {}

  @Post(':text')
  write(@Param('text') text: string): Promise<unknown> {
    return this.commands.run(writeNote, { text });
  }

  @Sse('stream')
  stream(): Observable<MessageEvent> {
    return NEVER.pipe(startWith({ data: 'hello' }));
  }

  @Get(':text')
  async read(@Param('text') text: string, @Query('wait') wait: string): Promise<Note> {
    const probe = async (texts: string[]): Promise<Map<string, Note>> => {
      const rows = await this.dataSource.query<Note[]>('select text from notes where text = any($1)', [texts]);
      return new Map(rows.map((row) => [row.text, row]));
    };
    const note = await this.rowWaiter.waitFor('notes', text, probe, Number(wait));
    if (!note) throw problem(404, 'not-found', 'there is no such note');
    return note;
  }
}

const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';

describe('a service', () => {
  const service = `probe-${randomBytes(4).toString('hex')}`;
  const instance = `${service}-1`;
  let database: FreshDatabase;
  let running: RunningService;
  let kafka: KafkaClient;
  let tail: Tail;
  const heartbeats: IncomingRecord[] = [];

  beforeAll(async () => {
    kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'test' });
    await kafka.provision(contracts.topics);
    tail = await kafka.tail({
      topics: [topics.platformInstances.name],
      onRecords: (records) => heartbeats.push(...records),
      onFatal: () => undefined,
    });
    database = await freshDatabase();
    const environment = {
      PORT: '0',
      LOG_LEVEL: 'silent',
      INSTANCE_ID: instance,
      KAFKA_BROKERS: brokers,
      DATABASE_URL: database.url,
      MIGRATIONS: 'apply',
      SIGNING_ROOT_PUBLIC_KEY: Buffer.alloc(32, 7).toString('base64url'),
    };
    const config = readConfig(DatabaseConfig, environment);
    @Module({
      imports: [
        ServiceModule.forRoot({
          config,
          migrations: [CreateNotes1760000000001],
          messaging: { service, contracts, lockOrder: [Notes] },
        }),
      ],
      controllers: [NotesController],
    })
    class ProbeModule {}
    running = await startService(ProbeModule, config);
  }, 60_000);
  afterAll(async () => {
    await tail?.close();
    await running?.stop();
    await kafka?.close();
    await database?.drop();
  }, 30_000);

  it('answers a request that waits for a row when the row is committed', async () => {
    const waiting = fetch(`${running.url}/notes/awaited?wait=5000`);
    expect((await fetch(`${running.url}/notes/awaited`, { method: 'POST' })).status).toBe(201);
    expect(await (await waiting).json()).toEqual({ text: 'awaited' });
  });

  it('announces its URL', async () => {
    const seen = await eventually(() => heartbeats.find(({ key, value }) => key === instance && value !== null));
    expect(JSON.parse(seen.value!.toString())).toMatchObject({ instanceId: instance, service, url: running.url });
    expect(seen.headers).toMatchObject({ ce_type: 'platform.instance-seen', ce_specversion: '1.0' });
  });

  describe('when it stops', () => {
    it('ends its streams, completes its responses, publishes a tombstone and accepts nothing more', async () => {
      const stream = await fetch(`${running.url}/notes/stream`);
      const waiting = fetch(`${running.url}/notes/never?wait=60000`);
      await eventually(async () =>
        /^tradewind_http_requests_in_flight 2$/m.test(await (await fetch(`${running.operationsUrl}/metrics`)).text()),
      );
      await running.stop();
      expect(await stream.text()).toContain('hello');
      expect((await waiting).status).toBe(404);
      await expect(fetch(`${running.url}/healthz`)).rejects.toThrow();
      await eventually(() => heartbeats.find(({ key, value }) => key === instance && value === null));
    });
  });
});

describe('a process', () => {
  let database: FreshDatabase;
  /** A process starts slowly on a busy machine. */
  const startTimeoutMs = 60_000;
  const main = `
    import { contracts } from '@tradewind/contracts';
    import { DatabaseConfig, readConfig, runService, ServiceModule } from '@tradewind/service';
    import { Controller, Get } from '@nestjs/common';
    class Secrets { read() { return 'secret'; } }
    Controller('secrets')(Secrets);
    Get()(Secrets.prototype, 'read', Object.getOwnPropertyDescriptor(Secrets.prototype, 'read'));
    const messaging = { service: 'probe-process', contracts, lockOrder: [] };
    const moduleOf = (config) => ({ module: class Probe {}, imports: [ServiceModule.forRoot({ config, migrations: [], messaging })], controllers: [Secrets] });
    await runService(() => readConfig(DatabaseConfig, process.env), moduleOf);`;
  const children: ChildProcess[] = [];
  const connections: Socket[] = [];
  /** Accepts connections and never answers. */
  const silentServer = createServer((socket) => connections.push(socket.on('error', () => undefined)));
  const start = (environment: Record<string, string>) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', main], {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'],
        DATABASE_URL: database.url,
        MIGRATIONS: 'apply',
        SIGNING_ROOT_PUBLIC_KEY: Buffer.alloc(32, 7).toString('base64url'),
        ...environment,
      },
    });
    children.push(child);
    const output: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    return {
      child,
      output: () => output.join(''),
      ended: once(child, 'close').then(([code]) => code as number | null),
    };
  };

  beforeAll(async () => {
    database = await freshDatabase();
    await new Promise<void>((resolve) => silentServer.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const socket of connections.splice(0)) socket.destroy();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await new Promise((resolve) => silentServer.close(resolve));
    await database?.drop();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'serves, logs JSON, and exits with 0 on %s',
    async (signal) => {
      const { child, output, ended } = start({});
      await eventually(() => output().includes('serving http'), startTimeoutMs);
      child.kill(signal);
      expect(await ended).toBe(0);
      const lines = output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { level: string; msg: string; service: string });
      expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'stopped', service: 'probe-process' });
      expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    },
    90_000,
  );
  it('does not start with an invalid environment, and prints only the variables', async () => {
    const { output, ended } = start({ PORT: 'x', DATABASE_URL: '' });
    expect(await ended).toBe(1);
    expect(output()).toMatch(
      /^ConfigError: the environment is not valid:\n {2}DATABASE_URL is missing.*\n {2}PORT must be 0 or a port.*\n$/,
    );
  }, 90_000);
  it('serves without the broker, reports that it is degraded, and answers 503 to an unknown key', async () => {
    const { child, output, ended } = start({ KAFKA_BROKERS: '127.0.0.1:1' });
    const [, url] = await eventually(() => /serving (http:[^"]+)/.exec(output()), startTimeoutMs);
    const ready = await eventually(async () => {
      const answer = await fetch(`${url}/readyz`);
      const body = (await answer.json()) as { degraded: string[] };
      return body.degraded.length >= 2 && { code: answer.status, ...body };
    });
    expect(ready).toMatchObject({
      code: 200,
      status: 'ready',
      degraded: expect.arrayContaining([expect.stringContaining('consumers: not started')]),
    });
    const token = `${Buffer.from('{"alg":"EdDSA","kid":"new"}').toString('base64url')}.e30.c2ln`;
    const answer = await fetch(`${url}/secrets`, { headers: { authorization: `Bearer ${token}` } });
    expect({ code: answer.status, retry: answer.headers.get('retry-after') }).toEqual({ code: 503, retry: '1' });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 120_000);

  it('stops gracefully while a broker accepts connections and never answers', async () => {
    const { port } = silentServer.address() as AddressInfo;
    const { child, output, ended } = start({ KAFKA_BROKERS: `127.0.0.1:${port}` });
    await eventually(() => output().includes('serving http'), startTimeoutMs);
    await eventually(() => connections.length >= 3);
    child.kill('SIGTERM');
    expect({ code: await ended, output: output() }).toMatchObject({
      code: 0,
      output: expect.stringContaining('"stopped"'),
    });
  }, 90_000);

  it('stops gracefully before it has connected to its database', async () => {
    const { port } = silentServer.address() as AddressInfo;
    const { child, ended } = start({ DATABASE_URL: `postgres://role:password@127.0.0.1:${port}/nothing` });
    await eventually(() => connections.length > 0, startTimeoutMs);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 90_000);
});
