import 'reflect-metadata';
import { once } from 'node:events';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { kafkaClient, Message, MessagingModule, messagingMigrations, Outbox, topic } from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';

const service = process.env['SERVICE']!;
const events = topic(`${service}.events`, { owner: service, partitions: 1 });

@Message({ type: 'account.charged', topic: events, key: 'accountId' })
class AccountCharged {
  @IsString() readonly accountId!: string;
  @IsInt() readonly balance!: number;
}

/** An outbox without handlers: three charges, the second of which is rolled back. Prints the balance and what is on the topic. */
async function main(): Promise<void> {
  const kafka = kafkaClient({ brokers: process.env['KAFKA_BROKERS']!.split(','), clientId: service });
  await kafka.provision([events]);
  const dataSource = await new DataSource({
    type: 'postgres',
    url: process.env['DATABASE_URL']!,
    migrations: messagingMigrations,
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.query(`create table accounts (account_id text primary key, balance int not null)`);
  await dataSource.query(`insert into accounts values ('a', 100)`);

  const messaging = MessagingModule.forRoot({ service, kafka, dataSource });
  @Module({ imports: [messaging, MessagingModule.forFeature({ messages: [AccountCharged] })] })
  class AccountsModule {}
  const app = await NestFactory.createApplicationContext(AccountsModule, { logger: ['warn', 'error'] });
  const outbox = app.get(Outbox);

  const charge = (amount: number, fails = false): Promise<void> =>
    outbox.transaction(dataSource.manager, async (manager) => {
      await manager.query('update accounts set balance = balance - $1', [amount]);
      const [account] = await manager.query<{ balance: number }[]>('select balance from accounts');
      await outbox.publish(manager, AccountCharged, { accountId: 'a', balance: account!.balance });
      if (fails) throw new Error('rolled back');
    });
  await charge(10);
  await charge(20, true).catch(() => undefined);
  await charge(30);

  const published: unknown[] = [];
  const complete = new EventTarget();
  const tail = await kafka.tail({
    topics: [events.name],
    onRecords: (records) => {
      published.push(...records.map(({ key, value }) => ({ key, ...(JSON.parse(String(value)) as object) })));
      if (published.length === 2) complete.dispatchEvent(new Event('complete'));
    },
    onFatal: (error) => console.error(error),
  });
  if (published.length < 2) await once(complete, 'complete');
  await tail.close();

  console.log(JSON.stringify({ accounts: await dataSource.query('select * from accounts'), published }));
  await app.close();
  await kafka.close();
  await dataSource.destroy();
}

void main();
