import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { DataSource } from 'typeorm';

/** 10 minutes: longer than all timeouts and compensations of an order together. */
const overdue = `select count(*)::int as count from reservations where status = 'reserved' and reserved_at < now() - interval '10 minutes'`;
const name = 'tradewind_reservations_overdue';

/** Only reports: a reservation is ended by its order's saga, never by a timer. */
@Injectable()
export class OverdueReservations implements OnModuleInit {
  constructor(private readonly dataSource: DataSource) {}

  onModuleInit(): void {
    const { dataSource } = this;
    register.removeSingleMetric(name);
    new Gauge({
      name,
      help: 'Reservations older than all timeouts of an order together: check their sagas.',
      async collect() {
        // A scrape must return the other metrics while the database is down.
        const count = await dataSource.query<{ count: number }[]>(overdue).then(
          ([row]) => row!.count,
          () => Number.NaN,
        );
        this.set(count);
      },
    });
  }
}
