import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  answer,
  bindSaga,
  MessageRegistry,
  command,
  Commands,
  Handles,
  kafkaClient,
  KafkaTransport,
  rows,
  Message,
  MessagingModule,
  messagingMigrations,
  Sagas,
  save,
  publish,
  advanceSaga,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { message, defineSaga } from '@tradewind/saga';
import { IsInt, IsString, Min } from 'class-validator';
import { DataSource } from 'typeorm';

// 1. What is said: topics and messages.
const topics = {
  commands: topic('seats.commands', { owner: 'tickets', partitions: 3 }),
  events: topic('seats.events', { owner: 'tickets', partitions: 3 }),
};

/** Take so many seats for a booking. May repeat; answered by SeatsTaken or SeatsRefused. */
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

// 2. What is kept: rows, declared once.
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

// 3. A saga: the booking's story.
const book = defineSaga<Booking>('book', {
  version: 1,
  key: (booking) => booking.bookingId,
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
const booking = bindSaga(book, Bookings);

// 4. Handlers: load, decide, save. Each message has its effect once.
const hall = { halls: rows(Halls, (_ask: TakeSeats) => ['main']) };
const story = {
  bookings: rows(Bookings, (reply: SeatsTaken | SeatsRefused) => [reply.bookingId]),
  sagas: rows(Sagas, (reply: SeatsTaken | SeatsRefused) => [`book:${reply.bookingId}`]),
};

@Controller()
class SeatsHandler {
  @Handles(TakeSeats, { load: hall })
  take({ bookingId, seats }: TakeSeats, { halls }: HandlerContext<typeof hall>): Decision {
    const main = halls.get('main') ?? { hallId: 'main', free: 100 };
    if (main.free < seats) return publish(SeatsRefused, { bookingId });
    return save(Halls, { ...main, free: main.free - seats }).and(publish(SeatsTaken, { bookingId }));
  }
}

@Controller()
class BookingHandler {
  @Handles(SeatsTaken, { load: story })
  taken(reply: SeatsTaken, given: HandlerContext<typeof story>): Decision {
    return this.#hear(reply, given);
  }

  @Handles(SeatsRefused, { load: story })
  refused(reply: SeatsRefused, given: HandlerContext<typeof story>): Decision {
    return this.#hear(reply, given);
  }

  #hear(message: SeatsTaken | SeatsRefused, given: HandlerContext<typeof story>): Decision {
    const subject = given.bookings.get(message.bookingId)!;
    return advanceSaga(
      booking,
      { subject, saga: given.sagas.get(`book:${message.bookingId}`) },
      { kind: 'reply', message },
      given,
    );
  }
}

// 5. A command from the edge: many of them share a transaction.
const placing = {
  bookings: rows(Bookings, (wish: { bookingId: string; seats: number }) => [wish.bookingId]),
  sagas: rows(Sagas, (wish: { bookingId: string; seats: number }) => [`book:${wish.bookingId}`]),
};
const place = command('booking.place', placing, (wish: { bookingId: string; seats: number }, given) => {
  const subject: Booking = { ...wish, status: 'pending' };
  return advanceSaga(booking, { subject, saga: undefined }, { kind: 'start' }, given).and(
    answer({ accepted: wish.bookingId }),
  );
});

// 6. The module, and a start.
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

  const messaging = MessagingModule.forRoot(
    {
      service: 'tickets',
      contracts: new MessageRegistry([TakeSeats, SeatsTaken, SeatsRefused]),
      lockOrder: [Halls, Bookings],
      sagas: [booking],
    },
    { brokers, clientId: 'tickets', dataSource },
  );
  @Module({ imports: [messaging], controllers: [SeatsHandler, BookingHandler] })
  class TicketsModule {}

  const app = await NestFactory.create(TicketsModule, { logger: ['warn', 'error'] });
  app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();

  const commands = app.get<Commands>(Commands);
  await Promise.all(
    [40, 50, 60].map((seats, index) => commands.run(place, { bookingId: `booking-${index + 1}`, seats })),
  );
  for (let open = 1; open > 0;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    open = (await dataSource.query<unknown[]>(`select 1 from bookings where status = 'pending'`)).length;
  }
  console.table(await dataSource.query('select * from bookings order by booking_id'));
  await app.close();
  await dataSource.destroy();
}

await main();
