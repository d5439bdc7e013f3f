import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  answer,
  command,
  Commands,
  defineSaga,
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  message,
  MessagingModule,
  messagingMigrations,
  publish,
  rows,
  save,
  startSaga,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { IsInt, IsString, Min } from 'class-validator';
import { DataSource } from 'typeorm';

// 1. Topics and messages.
const topics = {
  commands: topic('seats.commands', { owner: 'tickets', partitions: 3, carries: 'commands' }),
  events: topic('seats.events', { owner: 'tickets', partitions: 3 }),
};

/** Takes seats for a booking. May be repeated. The reply is SeatsTaken or SeatsRefused. */
@Message({ type: 'seats.take', topic: topics.commands, key: 'bookingId' })
class TakeSeats {
  @IsString() readonly bookingId!: string;
  @IsInt() @Min(1) readonly seats!: number;
}

@Message({ type: 'seats.taken', topic: topics.events, key: 'bookingId' })
class SeatsTaken {
  @IsString() readonly bookingId!: string;
}

@Message({ type: 'seats.refused', topic: topics.events, key: 'bookingId' })
class SeatsRefused {
  @IsString() readonly bookingId!: string;
}

// 2. Tables: the rows that decisions load and save.
interface Hall {
  readonly hallId: string;
  readonly free: number;
}
interface Booking {
  readonly bookingId: string;
  readonly seats: number;
  readonly status: 'pending' | 'confirmed' | 'rejected';
}
const Halls = table<Hall>('halls', 'hallId', { hallId: 'text', free: 'int4' });
const Bookings = table<Booking>('bookings', 'bookingId', { bookingId: 'text', seats: 'int4', status: 'text' });

// 3. A saga: the steps of a booking.
const book = defineSaga<Booking>('book', Bookings, {
  steps: [
    {
      name: 'take seats',
      command: ({ bookingId, seats }) => message(TakeSeats, { bookingId, seats }),
      success: SeatsTaken,
      failure: SeatsRefused,
      failureReason: () => 'sold out',
      timeout: '30s',
      retries: 'forever',
    },
  ],
  onCompleted: (booking) => ({ subject: { ...booking, status: 'confirmed' }, messages: [] }),
  onFailed: (booking) => ({ subject: { ...booking, status: 'rejected' }, messages: [] }),
});

// 4. Handlers: load, decide, save. Each message takes effect once.
const hall = { halls: rows(Halls, (_command: TakeSeats) => ['main']) };

@Controller()
class SeatsHandler {
  @Handles(TakeSeats, { load: hall })
  take({ bookingId, seats }: TakeSeats, { halls }: HandlerContext<typeof hall>): Decision {
    const main = halls.get('main') ?? { hallId: 'main', free: 100 };
    if (main.free < seats) return publish(SeatsRefused, { bookingId });
    return save(Halls, { ...main, free: main.free - seats }).and(publish(SeatsTaken, { bookingId }));
  }
}

// 5. A command, for example from an HTTP controller. Concurrent commands share a transaction.
interface BookingRequest {
  readonly bookingId: string;
  readonly seats: number;
}
const placeBooking = command('booking.place', {}, (request: BookingRequest, context) => {
  const booking: Booking = { ...request, status: 'pending' };
  return startSaga(book, booking, context).and(answer({ accepted: request.bookingId }));
});

// 6. The module and the start.
async function main(): Promise<void> {
  const brokers = process.env['KAFKA_BROKERS']!.split(',');
  const provisioner = kafkaClient({ brokers, clientId: 'provision' });
  await provisioner.provision(Object.values(topics));
  await provisioner.close();

  const dataSource = await new DataSource({
    type: 'postgres',
    url: process.env['DATABASE_URL']!,
    migrations: messagingMigrations,
    extra: { pipeline: true },
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.query(
    'create table if not exists halls (hall_id text primary key, free int not null check (free >= 0))',
  );
  await dataSource.query(
    'create table if not exists bookings (booking_id text primary key, seats int not null, status text not null)',
  );

  const messaging = MessagingModule.forRoot({
    service: 'tickets',
    kafka: { brokers, clientId: 'tickets' },
    dataSource,
  });
  const tickets = MessagingModule.forFeature({
    messages: [TakeSeats, SeatsTaken, SeatsRefused],
    tables: [Halls, Bookings],
    sagas: [book],
  });
  @Module({ imports: [messaging, tickets], controllers: [SeatsHandler] })
  class TicketsModule {}

  const app = await NestFactory.create(TicketsModule, { logger: ['warn', 'error'] });
  app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();

  const commands = app.get<Commands>(Commands);
  await Promise.all(
    [40, 50, 60].map((seats, index) => commands.run(placeBooking, { bookingId: `booking-${index + 1}`, seats })),
  );
  for (let pending = 1; pending > 0;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    pending = (await dataSource.query<unknown[]>(`select 1 from bookings where status = 'pending'`)).length;
  }
  console.table(await dataSource.query('select * from bookings order by booking_id'));
  await app.close();
  await dataSource.destroy();
}

await main();
