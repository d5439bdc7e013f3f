import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { DataSource } from 'typeorm';

/** Longer than all deadlines of an order and their undoing together. */
const overdue = `select count(*)::int as count from reservations where status = 'reserved' and reserved_at < now() - interval '10 minutes'`;
const name = 'reservations_overdue';

/** An alarm and no more: a reservation is ended by its order's saga alone, never by a clock. */
@Injectable()
export class OverdueReservations implements OnModuleInit {
  constructor(private readonly dataSource: DataSource) {}

  onModuleInit(): void {
    const { dataSource } = this;
    register.removeSingleMetric(name);
    new Gauge({
      name,
      help: 'Reservations older than all deadlines of an order together: their sagas need a look.',
      async collect() {
        // A scrape must tell the other metrics even while the database is away.
        const count = await dataSource.query<{ count: number }[]>(overdue).then(
          ([row]) => row!.count,
          () => Number.NaN,
        );
        this.set(count);
      },
    });
  }
}
