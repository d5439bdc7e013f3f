import {
  backUp,
  DeadLetters,
  openOperation,
  OperationsModule,
  PartitionIncrease,
  PostgresReplayStore,
  Rebuild,
  recoverDatabase,
  recoverOffsets,
  recoverTopics,
  Replay,
  republish,
  type ConsumerDescription,
  type Recovery,
} from '@tradewind/operations';
import { Controller, Get, Module } from '@nestjs/common';

/** Your service. */
declare class AppModule {}
/** How your rows follow from your messages. */
declare const recovery: Recovery;
declare const consumers: readonly ConsumerDescription[];

// Every operation needs this. Nothing of the service is started.
const operation = await openOperation(AppModule);
const { runtime, messaging, dataSource } = operation;

/** More partitions for a topic, while it is published to and consumed. */
export async function increasePartitions(): Promise<void> {
  const increase = new PartitionIncrease({ ...operation, options: messaging });
  console.log(await increase.status('seats.events'));
  console.log(await increase.run({ topic: 'seats.events', partitions: 12, reason: 'more bookings' }));
}

/** Messages again, of which the inbox knows nothing. */
export async function handleMissing(): Promise<void> {
  const replays = new PostgresReplayStore(dataSource);
  const request = { consumer: 'tickets', from: { at: new Date('2026-03-01T09:00:00Z') } };
  const replay = new Replay(runtime, messaging, { ...operation, replays }, request, { reason: 'a restored backup' });
  const { counts, failed } = await replay.run();
  console.log(counts, failed);
}

/** The tables of a projection, anew. */
export async function rebuildPrices(): Promise<void> {
  const compare = new Rebuild(runtime, messaging, operation, 'tickets.prices', { exchange: false });
  console.log((await compare.run()).tables);
  const options = { exchange: true, reason: 'wrong prices before 1.4' };
  const { exchanged, lockedMs } = await new Rebuild(runtime, messaging, operation, 'tickets.prices', options).run();
  console.log(exchanged, lockedMs);
}

/** A lost database, from the topics and a backup. */
export async function recoverLostDatabase(): Promise<void> {
  const context = { ...operation, options: messaging, reason: 'disk failure' };
  await recoverDatabase(context, { recovery, consumers, migrationsTable: 'migrations', backup: 'tickets.backup' });
  await handleMissing();
  await recoverOffsets(context, consumers);
}

/** A lost Kafka, from the archive of the outbox. `recoverOffsets` follows for every service. */
export async function recoverLostTopics(): Promise<void> {
  const context = { ...operation, options: messaging, reason: 'disk failure' };
  await recoverTopics(context);
  await republish(context, recovery);
}

/** The tables that no message describes. */
export async function writeBackup(): Promise<void> {
  await backUp({ ...operation, options: messaging }, recovery.backup ?? [], 'tickets.backup');
}

@Controller('admin/dead-letters')
class DeadLettersController {
  constructor(private readonly letters: DeadLetters) {}

  @Get()
  list(): Promise<object[]> {
    return this.letters.list();
  }
}

@Module({ imports: [OperationsModule.forRoot()], controllers: [DeadLettersController] })
export class AdminModule {}
