import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Poison } from '@tradewind/kernel';
import {
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
  nothing,
  Outbox,
  pointOfNoReturn,
  publish,
  startSaga,
  table,
  topic,
  type Decision,
} from '@tradewind/messaging';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { ConsoleModule, type Operator, type Role } from './index.js';

const run = randomUUID().slice(0, 8);
const service = `office-${run}`;
const commands = topic(`seats-${run}.commands`, { owner: service, partitions: 1, carries: 'commands' });
const events = topic(`seats-${run}.events`, { owner: service, partitions: 1 });

@Message({ type: 'guest.came', topic: events, key: 'guestId' })
class GuestCame {
  @IsString() readonly guestId!: string;
  @IsString() readonly request!: string;
}
@Message({ type: 'seats.take', topic: commands, key: 'bookingId' })
class TakeSeats {
  @IsString() readonly bookingId!: string;
}
@Message({ type: 'seats.free', topic: commands, key: 'bookingId' })
class FreeSeats {
  @IsString() readonly bookingId!: string;
}
@Message({ type: 'payment.take', topic: commands, key: 'bookingId' })
class TakePayment {
  @IsString() readonly bookingId!: string;
}
@Message({ type: 'seats.taken', topic: events, key: 'bookingId' })
class SeatsTaken {
  @IsString() readonly bookingId!: string;
}
@Message({ type: 'seats.freed', topic: events, key: 'bookingId' })
class SeatsFreed {
  @IsString() readonly bookingId!: string;
}
@Message({ type: 'payment.taken', topic: events, key: 'bookingId' })
class PaymentTaken {
  @IsString() readonly bookingId!: string;
}
const messages = [GuestCame, TakeSeats, FreeSeats, TakePayment, SeatsTaken, SeatsFreed, PaymentTaken];

interface Booking {
  readonly bookingId: string;
  readonly status: string;
}
const Bookings = table<Booking>('bookings', 'bookingId', { bookingId: 'text', status: 'text' });

const book = defineSaga<Booking>('book', Bookings, {
  steps: [
    {
      name: 'take seats',
      command: ({ bookingId }) => message(TakeSeats, { bookingId }),
      success: SeatsTaken,
      compensation: ({ bookingId }) => message(FreeSeats, { bookingId }),
      compensated: SeatsFreed,
      timeout: '30s',
    },
    {
      name: 'take payment',
      command: ({ bookingId }) => message(TakePayment, { bookingId }),
      success: PaymentTaken,
      timeout: '2m',
      retries: 1,
    },
    pointOfNoReturn('confirm', (booking) => ({ subject: { ...booking, status: 'confirmed' }, messages: [] })),
  ],
  onFailed: (booking) => ({ subject: { ...booking, status: 'rejected' }, messages: [] }),
});
const placeBooking = command('booking.place', {}, (booking: Booking, context) => startSaga(book, booking, context));

/** What of the office is broken. */
const broken = { guests: true, payment: true };

@Controller()
class OfficeHandlers {
  @Handles(GuestCame, { load: {} })
  came({ guestId, request }: GuestCame): Decision {
    if (broken.guests && request === 'window') throw new Poison(`guest ${guestId} wants seat 17, which has no window`);
    if (broken.guests) throw new Poison(`<img src=x onerror=alert(1)> is not a request of ${guestId}`);
    return nothing();
  }

  @Handles(TakeSeats, { load: {} })
  take({ bookingId }: TakeSeats): Decision {
    return publish(SeatsTaken, { bookingId });
  }

  @Handles(FreeSeats, { load: {} })
  free({ bookingId }: FreeSeats): Decision {
    return publish(SeatsFreed, { bookingId });
  }

  @Handles(TakePayment, { load: {} })
  pay({ bookingId }: TakePayment): Decision {
    return broken.payment ? nothing() : publish(PaymentTaken, { bookingId });
  }
}

export const secret = 'a secret of at least thirty-two characters';
const operatorOf = (name: string): Operator => ({ id: name, name, role: name.split('@')[0] as Role });

/** A service of another team with the console mounted at /admin/console, and once more at /half with a database that is down. */
export class TicketOffice {
  readonly broken = broken;
  #app!: INestApplication;
  #database!: FreshDatabase;
  dataSource!: DataSource;
  url = '';

  async open(): Promise<this> {
    const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
    this.#database = await freshDatabase();
    const kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([commands, events]);
    await kafka.close();
    this.dataSource = await new DataSource({
      type: 'postgres',
      url: this.#database.url,
      migrations: messagingMigrations,
      applicationName: 'office-1',
    }).initialize();
    await this.dataSource.runMigrations();
    await this.dataSource.query('create table bookings (booking_id text primary key, status text not null)');
    const access = {
      secret,
      logIn: (name: string, password: string) =>
        Promise.resolve(password === 'open' ? operatorOf(name) : { refused: 'The address or the password is wrong.' }),
    };
    const databases = { [service]: this.dataSource, cellar: 'postgres://cellar@127.0.0.1:1/cellar' };
    @Module({
      imports: [
        MessagingModule.forRoot({
          service,
          kafka: { brokers, clientId: service },
          dataSource: this.dataSource,
          log: () => undefined,
        }),
        MessagingModule.forFeature({ messages, tables: [Bookings], sagas: [book] }),
        ConsoleModule.forRoot({ path: '/admin/console', title: 'Office', access }),
        ConsoleModule.forRoot({ path: '/half', title: 'Half', access, databases }),
      ],
      controllers: [OfficeHandlers],
    })
    class OfficeModule {}
    this.#app = await NestFactory.create(OfficeModule, { logger: false, abortOnError: false });
    this.#app.connectMicroservice({ strategy: this.#app.get(KafkaTransport) });
    await this.#app.init();
    await this.#app.startAllMicroservices();
    await this.#app.listen(0, '127.0.0.1');
    this.url = (await this.#app.getUrl()).replace('[::1]', '127.0.0.1');
    return this;
  }

  /** Guests whose messages cannot be handled. */
  async guests(count: number, request: string): Promise<void> {
    const outbox = this.#app.get(Outbox);
    await outbox.transaction(this.dataSource.manager, async (manager) => {
      for (let guest = 0; guest < count; guest++)
        await outbox.publish(manager, GuestCame, { guestId: randomUUID(), request });
    });
  }

  async booking(): Promise<string> {
    const bookingId = randomUUID();
    await this.#app.get<Commands>(Commands).run(placeBooking, { bookingId, status: 'pending' });
    return bookingId;
  }

  async close(): Promise<void> {
    await this.#app?.close();
    await this.dataSource?.destroy();
    await this.#database?.drop();
  }
}
