import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, startTcpProxy, type TcpProxy } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { startKafka, type Kafka } from '../../../../tools/platform/kafka/start-kafka.js';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { freePorts } from '../../../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../../../tools/platform/process/temporary-folder.js';
import {
  answer,
  MessageRegistry,
  command,
  Commands,
  Handles,
  insert,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingHealth,
  MessagingModule,
  messagingMigrations,
  publish,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '../index.js';

const calls = topic('calls.events', { owner: 'caller', partitions: 3 });

@Message({ type: 'call.made', topic: calls, key: 'callId' })
class CallMade {
  @IsString() readonly callId!: string;
}

interface Heard {
  readonly heardId: string;
}
const HeardCalls = table<Heard>('heard', 'heardId', { heardId: 'text' });

@Controller()
class CallHandler {
  @Handles(CallMade)
  hear({ callId }: CallMade, _given: HandlerContext<Record<never, never>>): Decision {
    return insert(HeardCalls, { heardId: callId });
  }
}
const make = command('call.make', {}, ({ callId }: CallMade) => publish(CallMade, { callId }).and(answer(callId)));

describe('a broker that says nothing any more, on connections that stay as they are', () => {
  let folder: string;
  let kafka: Kafka;
  let line: TcpProxy;
  let database: FreshDatabase;
  let dataSource: DataSource;
  let app: INestApplicationContext & { close(): Promise<void> };
  const said: string[] = [];

  const heard = async (): Promise<number> =>
    (await dataSource.query<{ n: number }[]>('select count(*)::int as n from heard'))[0]!.n;
  const call = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => app.get<Commands>(Commands).run(make, { callId: randomUUID() })));

  beforeAll(async () => {
    folder = await temporaryFolder();
    const [port, controllerPort] = (await freePorts(2)) as [number, number];
    line = await startTcpProxy(`127.0.0.1:${port}`);
    const advertised = `127.0.0.1:${line.port}`;
    kafka = await startKafka({
      dataDir: join(folder, 'kafka'),
      port,
      controllerPort,
      logFile: join(folder, 'kafka.log'),
      shortLived: true,
      advertisedListeners: [advertised],
    });
    const brokers = [advertised];
    const provisioner = kafkaClient({ brokers, clientId: 'provision' });
    await eventually(() => provisioner.provision([calls]).then(() => true), 60_000);
    await provisioner.close();
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table heard (heard_id text primary key)');
    const messaging = MessagingModule.forRoot(
      { service: 'caller', contracts: new MessageRegistry([CallMade]), lockOrder: [HeardCalls] },
      { brokers, clientId: 'caller', dataSource, log: (_level, message) => said.push(message) },
    );
    @Module({ imports: [messaging], controllers: [CallHandler] })
    class CallerModule {}
    const nest = await NestFactory.create(CallerModule, { logger: false });
    nest.connectMicroservice({ strategy: nest.get(KafkaTransport) }, { inheritAppConfig: true });
    await nest.init();
    await nest.startAllMicroservices();
    app = nest;
  }, 180_000);
  afterAll(async () => {
    line?.resume();
    await app?.close();
    await dataSource?.destroy();
    await database?.drop();
    await line?.close();
    await kafka?.kill();
    removeState(folder);
  }, 60_000);

  it('keeps no command from being accepted, is told of, and is come back from', async () => {
    await call(10);
    await eventually(async () => (await heard()) === 10, 60_000);
    line.stall();
    await call(50);
    const health = app.get(MessagingHealth);
    await eventually(
      () =>
        health.degraded().some((trouble) => trouble.startsWith('relay')) &&
        health.degraded().some((trouble) => trouble.startsWith('consumer caller: nothing')),
      90_000,
    );
    await eventually(() => said.includes('the consumer is opened anew'), 120_000);
    await call(50);
    line.resume();
    await eventually(async () => (await heard()) === 110, 60_000);
    await eventually(() => health.degraded().length === 0, 60_000);
    expect(said).not.toContain('messaging can not go on in this process');
  }, 400_000);
});
