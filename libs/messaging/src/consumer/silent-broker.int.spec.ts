import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, startTcpProxy, type TcpProxy } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { DedicatedKafka } from '../../../../tools/platform/kafka/dedicated-kafka.js';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { freePorts } from '../../../../tools/platform/process/ports.js';
import {
  answer,
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
} from '../index.js';

const calls = topic('calls.events', { owner: 'caller', partitions: 3 });

@Message({ type: 'call.made', topic: calls, key: 'callId' })
class CallMade {
  @IsString() readonly callId!: string;
}

interface ReceivedCall {
  readonly callId: string;
}
const ReceivedCalls = table<ReceivedCall>('received_calls', 'callId', { callId: 'text' });

@Controller()
class CallHandler {
  @Handles(CallMade, { load: {} })
  save({ callId }: CallMade): Decision {
    return insert(ReceivedCalls, { callId });
  }
}
const make = command('call.make', {}, ({ callId }: CallMade) => publish(CallMade, { callId }).and(answer(callId)));

describe('a broker that becomes silent while its connections stay open', () => {
  let kafka: DedicatedKafka;
  let proxy: TcpProxy;
  let database: FreshDatabase;
  let dataSource: DataSource;
  let app: INestApplicationContext & { close(): Promise<void> };
  const log: string[] = [];

  const receivedCalls = async (): Promise<number> =>
    (await dataSource.query<{ n: number }[]>('select count(*)::int as n from received_calls'))[0]!.n;
  const makeCalls = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => app.get<Commands>(Commands).run(make, { callId: randomUUID() })));

  beforeAll(async () => {
    const [port] = (await freePorts(1)) as [number];
    proxy = await startTcpProxy(`127.0.0.1:${port}`);
    const advertised = `127.0.0.1:${proxy.port}`;
    kafka = await DedicatedKafka.start({ port, advertisedListeners: [advertised] });
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
    await dataSource.query('create table received_calls (call_id text primary key)');
    const messaging = [
      MessagingModule.forRoot({
        service: 'caller',
        kafka: { brokers, clientId: 'caller' },
        dataSource,
        log: (_level, message) => log.push(message),
      }),
      MessagingModule.forFeature({ messages: [CallMade], tables: [ReceivedCalls] }),
    ];
    @Module({ imports: messaging, controllers: [CallHandler] })
    class CallerModule {}
    const nest = await NestFactory.create(CallerModule, { logger: false });
    nest.connectMicroservice({ strategy: nest.get(KafkaTransport) }, { inheritAppConfig: true });
    await nest.init();
    await nest.startAllMicroservices();
    app = nest;
  }, 180_000);
  afterAll(async () => {
    proxy?.resume();
    await app?.close();
    await dataSource?.destroy();
    await database?.drop();
    await proxy?.close();
    await kafka?.remove();
  }, 60_000);

  it('does not prevent commands, degrades the health, and is used again when it answers', async () => {
    await makeCalls(10);
    await eventually(async () => (await receivedCalls()) === 10, 60_000);
    proxy.stall();
    await makeCalls(50);
    const health = app.get(MessagingHealth);
    await eventually(
      () =>
        health.degraded().some((problem) => problem.startsWith('relay')) &&
        health.degraded().some((problem) => problem.startsWith('consumer caller: no fetch')),
      90_000,
    );
    await eventually(() => log.includes('the consumer is opened again'), 120_000);
    await makeCalls(50);
    proxy.resume();
    await eventually(async () => (await receivedCalls()) === 110, 60_000);
    await eventually(() => health.degraded().length === 0, 60_000);
    expect(log).not.toContain('messaging cannot go on in this process');
  }, 400_000);
});
