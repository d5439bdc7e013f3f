import 'reflect-metadata';
import { Body, Controller, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { kafkaClient, Message, MessagingModule, messagingMigrations, Outbox, topic } from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';

const accountEvents = topic('account.events', { owner: 'accounts', partitions: 6 });

@Message({ type: 'account.charged', topic: accountEvents, key: 'accountId' })
class AccountCharged {
  @IsString() readonly accountId!: string;
  @IsInt() readonly amount!: number;
}

@Controller('accounts')
class AccountsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {}

  @Post(':accountId/charges')
  async charge(@Param('accountId') accountId: string, @Body() { amount }: { amount: number }): Promise<void> {
    await this.outbox.transaction(this.dataSource.manager, async (manager) => {
      await manager.query('update accounts set balance = balance - $2 where account_id = $1', [accountId, amount]);
      await this.outbox.publish(manager, AccountCharged, { accountId, amount });
    });
  }
}

const brokers = process.env['KAFKA_BROKERS']!.split(',');
const provisioner = kafkaClient({ brokers, clientId: 'provision' });
await provisioner.provision([accountEvents]);
await provisioner.close();

const dataSource = await new DataSource({
  type: 'postgres',
  url: process.env['DATABASE_URL']!,
  migrations: messagingMigrations,
}).initialize();
await dataSource.runMigrations();
await dataSource.query('create table if not exists accounts (account_id text primary key, balance int not null)');

@Module({
  imports: [
    MessagingModule.forRoot({ service: 'accounts', kafka: { brokers, clientId: 'accounts' }, dataSource }),
    MessagingModule.forFeature({ messages: [AccountCharged] }),
  ],
  controllers: [AccountsController],
  providers: [{ provide: DataSource, useValue: dataSource }],
})
class AccountsModule {}

const app = await NestFactory.create(AccountsModule);
app.enableShutdownHooks();
await app.listen(3000);
