import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  defineSaga,
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  message,
  MessagingModule,
  messagingMigrations,
  Sagas,
  table,
  topic,
  UniqueConflict,
  type TransactionContext,
} from '../index.js';
import { OutboxNeedsTransaction } from '../outbox/index.js';
import type { AnySaga } from '../internals.js';
import type { MessageClass } from '../message.js';

const run = randomUUID().slice(0, 8);
const owner = `trips-${run}`;
const commands = topic(`rooms-${run}.commands`, { owner, partitions: 1 });
const events = topic(`rooms-${run}.events`, { owner, partitions: 1 });

@Message({ type: 'room.book', topic: commands, key: 'tripId' })
class BookRoom {
  @IsString() readonly tripId!: string;
}
@Message({ type: 'room.free', topic: commands, key: 'tripId' })
class FreeRoom {
  @IsString() readonly tripId!: string;
}
@Message({ type: 'room.booked', topic: events, key: 'tripId' })
class RoomBooked {
  @IsString() readonly tripId!: string;
}
@Message({ type: 'room.refused', topic: events, key: 'tripId' })
class RoomRefused {
  @IsString() readonly tripId!: string;
}
/** Its subject is in a field that has another name than the key of the table. */
@Message({ type: 'room.freed', topic: events, key: 'trip' })
class RoomFreed {
  @IsString() readonly trip!: string;
}
const messages: MessageClass[] = [BookRoom, FreeRoom, RoomBooked, RoomRefused, RoomFreed];

interface Trip {
  readonly tripId: string;
  readonly state: string;
}
const Trips = table<Trip>('trips', 'tripId', { tripId: 'text', state: 'text' });
const become = (state: string) => (trip: Trip) => ({ subject: { ...trip, state }, messages: [] });

const plan = defineSaga('plan', Trips, {
  steps: [
    {
      name: 'book a room',
      command: ({ tripId }) => message(BookRoom, { tripId }),
      success: RoomBooked,
      failure: RoomRefused,
      failureReason: () => 'full',
      timeout: '1m',
      retries: 'forever',
    },
  ],
  onCompleted: become('planned'),
  onFailed: become('refused'),
});
const call = defineSaga('call off', Trips, {
  steps: [
    {
      name: 'free the room',
      command: ({ tripId }) => message(FreeRoom, { tripId }),
      success: RoomFreed,
      timeout: '1m',
      retries: 'forever',
    },
  ],
  keyOfReply: (reply) => (reply as RoomFreed).trip,
  onCompleted: become('called off'),
  onFailed: become('never'),
});

@Controller()
class Rooms {
  @Handles(BookRoom)
  book({ tripId }: BookRoom, { publish }: TransactionContext): void {
    publish(tripId.startsWith('full') ? RoomRefused : RoomBooked, { tripId });
  }
  @Handles(FreeRoom)
  free({ tripId }: FreeRoom, { publish }: TransactionContext): void {
    publish(RoomFreed, { trip: tripId });
  }
}

describe('a saga that is started from a TypeORM transaction', () => {
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
  const apps: INestApplication[] = [];
  let database: FreshDatabase;
  let dataSource: DataSource;

  const start = async (sagas: readonly AnySaga[]): Promise<INestApplication> => {
    const imports = [
      MessagingModule.forRoot({
        service: owner,
        kafka: { brokers, clientId: owner },
        dataSource,
        log: () => undefined,
      }),
      MessagingModule.forFeature({ messages, tables: [Trips], sagas, ignored: { [owner]: messages } }),
    ];
    @Module({ imports, controllers: [Rooms] })
    class TripsModule {}
    const app = await NestFactory.create(TripsModule, { logger: false, abortOnError: false });
    apps.push(app);
    app.connectMicroservice({ strategy: app.get(KafkaTransport) });
    await app.init();
    await app.startAllMicroservices();
    return app;
  };
  const stateOf = async (tripId: string): Promise<string | undefined> =>
    (await dataSource.query<Trip[]>('select * from trips where trip_id = $1', [tripId]))[0]?.state;

  beforeAll(async () => {
    const kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([commands, events]);
    await kafka.close();
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table trips (trip_id text primary key, state text not null)');
  }, 60_000);
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('saves its subject, whether the row exists or not, and gets its replies', async () => {
    const sagas = (await start([plan, call])).get(Sagas);
    await dataSource.query(`insert into trips values ('known', 'new')`);
    await dataSource.transaction(async (manager) => {
      for (const tripId of ['known', 'new', 'full']) await sagas.start(manager, plan, { tripId, state: 'asked' });
    });
    const states = (): Promise<unknown[]> => Promise.all(['known', 'new', 'full'].map(stateOf));
    await eventually(async () => !(await states()).includes('asked'));
    expect(await states()).toEqual(['planned', 'planned', 'refused']);
    await dataSource.transaction((manager) => sagas.start(manager, call, { tripId: 'known', state: 'planned' }));
    await eventually(async () => (await stateOf('known')) === 'called off');
    expect(await dataSource.query('select detail from msg_blocked_keys')).toEqual([]);
  });

  it('is not started when the transaction is rolled back, twice, or outside of one', async () => {
    const sagas = (await start([plan, call])).get(Sagas);
    const trip = { tripId: 'twice', state: 'asked' };
    await expect(
      dataSource.transaction(async (manager) => {
        await sagas.start(manager, plan, trip);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await stateOf('twice')).toBeUndefined();
    await dataSource.transaction((manager) => sagas.start(manager, plan, trip));
    await expect(dataSource.transaction((manager) => sagas.start(manager, plan, trip))).rejects.toBeInstanceOf(
      UniqueConflict,
    );
    await expect(sagas.start(dataSource.manager, plan, trip)).rejects.toBeInstanceOf(OutboxNeedsTransaction);
  });

  it('stops the start where a reply does not say to which subject it belongs', async () => {
    const { keyOfReply: _, ...unclear } = call;
    await expect(start([defineSaga('unclear', Trips, unclear)])).rejects.toThrow(
      'the saga unclear: its reply room.freed has no field tripId: name the key of the subject with keyOfReply',
    );
  });
});
