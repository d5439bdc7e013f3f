import 'reflect-metadata';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Handles,
  insert,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  Outbox,
  publish,
  rows,
  save,
  table,
  topic,
  type Decision,
  type HandlerContext,
  type TransactionContext,
} from '@tradewind/messaging';
import { Poison, Transient } from '@tradewind/kernel';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { DataSource, type EntityManager } from 'typeorm';
import { applyTransfer, isOutage, Outage, partner, storeTransfer, type Query } from '../job.js';
import type { Contender, Place } from './contender.js';

/* The library, as its README shows it: a transactional outbox, and a handler in the transaction of the inbox. */

interface Balance {
  readonly account: string;
  readonly balance: number;
  readonly applied: number;
}
interface Entry {
  readonly entry: string;
  readonly transferId: string;
  readonly account: string;
  readonly position: number;
}
const Balances = table<Balance>('balances', 'account', { account: 'text', balance: 'int4', applied: 'int4' });
const Ledger = table<Entry>('ledger', 'entry', {
  entry: 'text',
  transferId: 'text',
  account: 'text',
  position: 'int4',
});
const Marks = table<{ readonly mark: string }>('marks', 'mark', { mark: 'text' });

function messagesOf(place: Place) {
  const transfers = topic(place.transfers, { owner: `${place.name}-producer`, partitions: 3 });
  const balances = topic(place.balances, { owner: `${place.name}-consumer`, partitions: 3 });

  @Message({ type: 'transfer.made', topic: transfers, key: 'account' })
  class TransferMade {
    @IsString() readonly transferId!: string;
    @IsString() readonly account!: string;
    @IsInt() readonly number!: number;
    @IsInt() readonly amount!: number;
    @IsOptional() @IsString() readonly behaviour?: string | undefined;
    @IsOptional() @IsString() readonly note?: string | undefined;
  }

  @Message({ type: 'balance.changed', topic: balances, key: 'account' })
  class BalanceChanged {
    @IsString() readonly transferId!: string;
    @IsString() readonly account!: string;
    @IsInt() readonly balance!: number;
  }
  return { transfers, balances, TransferMade, BalanceChanged };
}

const queryOf =
  (manager: EntityManager): Query =>
  (text, values) =>
    manager.query(text, values);

function transactionalHandler({ TransferMade, BalanceChanged }: ReturnType<typeof messagesOf>): Type {
  @Controller()
  class TransferHandler {
    @Handles(TransferMade)
    async apply(event: InstanceType<typeof TransferMade>, { manager, publish }: TransactionContext): Promise<void> {
      const balance = await applyTransfer(queryOf(manager), event).catch((error: unknown) => {
        throw error instanceof Outage ? new Transient(error.message) : error;
      });
      publish(BalanceChanged, balance);
    }
  }
  return TransferHandler;
}

function decisionHandler({ TransferMade, BalanceChanged }: ReturnType<typeof messagesOf>): Type {
  type Event = InstanceType<typeof TransferMade>;
  const load = {
    balances: rows(Balances, ({ account, behaviour }: Event) =>
      behaviour === 'deadlock' ? [account, partner] : [account],
    ),
  };

  @Controller()
  class TransferHandler {
    @Handles(TransferMade, { load })
    apply({ transferId, account, amount, behaviour = '' }: Event, { balances }: HandlerContext<typeof load>): Decision {
      if (behaviour === 'throw') throw new Poison('this transfer can never be applied');
      if (isOutage(behaviour)) throw new Transient('something that this handler needs is unavailable');
      const before = balances.get(account) ?? { account, balance: 0, applied: 0 };
      const after = { account, balance: before.balance + amount, applied: before.applied + 1 };
      const entry = { entry: `${account}/${after.applied}`, transferId, account, position: after.applied };
      const decision = save(Balances, after)
        .and(insert(Ledger, entry))
        .and(publish(BalanceChanged, { transferId, account, balance: after.balance }));
      return behaviour === 'unique' ? decision.and(insert(Marks, { mark: 'taken' })) : decision;
    }
  }
  return TransferHandler;
}

async function start(
  place: Place,
  role: 'producer' | 'consumer',
  controllers: Type[] = [],
): Promise<{ readonly app: INestApplication; readonly dataSource: DataSource; readonly close: () => Promise<void> }> {
  const messages = messagesOf(place);
  const dataSource = await openDataSource(role === 'producer' ? place.producerUrl : place.consumerUrl);
  const service = `${place.name}-${role}`;
  const kafka = { brokers: [...place.brokers], clientId: service };
  const messaging = MessagingModule.forRoot({ service, kafka, dataSource });
  const feature = MessagingModule.forFeature({
    messages: [messages.TransferMade, messages.BalanceChanged],
    tables: role === 'consumer' ? [Balances, Ledger, Marks] : [],
  });
  class ServiceModule {}
  const module = { module: ServiceModule, imports: [messaging, feature], controllers };
  const app = await NestFactory.create(module, { logger: ['warn', 'error'] });
  app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();
  const close = async (): Promise<void> => {
    await app.close();
    await dataSource.destroy();
  };
  return { app, dataSource, close };
}

const openDataSource = (url: string): Promise<DataSource> =>
  new DataSource({
    type: 'postgres',
    url,
    migrations: messagingMigrations,
    extra: { pipeline: true },
  }).initialize();

const contenderWith = (handlerOf: (messages: ReturnType<typeof messagesOf>) => Type): Contender => ({
  async prepare(place) {
    const provisioner = kafkaClient({ brokers: [...place.brokers], clientId: 'provision' });
    const { transfers, balances } = messagesOf(place);
    await provisioner.provision([transfers, balances]);
    await provisioner.close();
    for (const url of [place.producerUrl, place.consumerUrl]) {
      const dataSource = await openDataSource(url);
      await dataSource.runMigrations();
      await dataSource.destroy();
    }
  },
  async startProducer(place) {
    const { app, dataSource, close } = await start(place, 'producer');
    const { TransferMade } = messagesOf(place);
    const outbox = app.get(Outbox);
    return {
      close,
      transfer: (request) =>
        outbox.transaction(dataSource.manager, (manager) =>
          storeTransfer(queryOf(manager), request, (event) => outbox.publish(manager, TransferMade, event)),
        ),
    };
  },
  startConsumer: (place) => start(place, 'consumer', [handlerOf(messagesOf(place))]),
  groupOf: ({ name }) => `${name}-consumer`,
  unpublished: `select payload::jsonb ->> 'transferId' as id from msg_outbox where not archived`,
  deadLettered: `select convert_from(value, 'UTF8')::jsonb ->> 'transferId' as id from msg_dead_letters where value is json`,
});

export const transactional = contenderWith(transactionalHandler);
export const decision = contenderWith(decisionHandler);
