import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  answer,
  command,
  Commands,
  Handles,
  insert,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  nothing,
  publish,
  rows,
  table,
  topic,
  type Decision,
  type DecisionContext,
  type HandlerContext,
} from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource, type DataSourceOptions } from 'typeorm';

const calls = topic(`calls-${randomUUID()}.events`, { owner: 'caller', partitions: 1 });

@Message({ type: 'call.made', topic: calls, key: 'callId' })
class CallMade {
  @IsString() readonly callId!: string;
}

interface ReceivedCall {
  readonly callId: string;
  readonly seconds: number;
  readonly at: Date;
}
const ReceivedCalls = table<ReceivedCall>('received_calls', 'callId', {
  callId: 'text',
  seconds: 'int8',
  at: 'timestamptz',
});

@Controller()
class CallHandler {
  @Handles(CallMade, { load: {} })
  save({ callId }: CallMade, { now }: DecisionContext): Decision {
    return insert(ReceivedCalls, { callId, seconds: 90, at: now });
  }
}

const make = command('make a call', {}, (callId: string) => publish(CallMade, { callId }));
const load = { calls: rows(ReceivedCalls, (callId: string) => [callId]) };
const find = command('find a call', load, (callId: string, context: HandlerContext<typeof load>) =>
  nothing().and(answer(context.calls.get(callId) ?? null)),
);

/** Creates its tables where the connections of the data source find them. */
export async function migrate(options: DataSourceOptions): Promise<void> {
  const dataSource = await new DataSource({
    ...options,
    migrations: messagingMigrations,
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.query(
    'create table received_calls (call_id text primary key, seconds int8 not null, at timestamptz not null)',
  );
  await dataSource.destroy();
}

export interface CallService {
  /** Sends a call from a command through outbox and topic into the service's own table. Resolves to the row as a decision loads it. */
  call(): Promise<ReceivedCall>;
  stop(): Promise<void>;
}

/** Rejects with the reason for which the service refuses to start. */
export async function startCallService(
  options: DataSourceOptions,
  brokers = process.env['TEST_KAFKA_BROKERS'] ?? '',
): Promise<CallService> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'caller' });
  await kafka.provision([calls]);
  const dataSource = await new DataSource(options).initialize();
  const messaging = [
    MessagingModule.forRoot({ service: `caller-${randomUUID()}`, kafka, dataSource, log: () => undefined }),
    MessagingModule.forFeature({ messages: [CallMade], tables: [ReceivedCalls] }),
  ];
  @Module({ imports: messaging, controllers: [CallHandler] })
  class CallerModule {}
  const app = await NestFactory.create(CallerModule, { logger: false });
  const stop = async (): Promise<void> => {
    await app.close();
    await dataSource.destroy();
    await kafka.close();
  };
  try {
    app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
    await app.init();
    await app.startAllMicroservices();
  } catch (error) {
    await stop();
    throw error;
  }
  const commands = app.get<Commands>(Commands);
  return {
    stop,
    async call() {
      const callId = randomUUID();
      await commands.run(make, callId);
      return eventually(async () => (await commands.run(find, callId)) as ReceivedCall | null);
    },
  };
}

/** Starts a service on the database, makes a call, and stops it. */
export async function makeCall(options: DataSourceOptions, brokers?: string): Promise<ReceivedCall> {
  const service = await startCallService(options, brokers);
  return service.call().finally(() => service.stop());
}
