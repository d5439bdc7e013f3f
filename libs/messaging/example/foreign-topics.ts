import {
  foreignTopic,
  Handles,
  ignore,
  Message,
  readCloudEvent,
  type ForeignMessage,
  type ForeignRecord,
  type TransactionContext,
} from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';

export const bookings = foreignTopic('legacy.bookings', {
  read: readBooking,
  from: 'earliest',
});

@Message({ type: 'legacy.booked', topic: bookings })
export class Booked {
  @IsString() readonly account!: string;
  @IsInt() readonly cents!: number;
}

function readBooking(record: ForeignRecord): ForeignMessage | typeof ignore {
  if (record.value === null) return ignore;
  const { bookingNumber, kind, account, cents } = record.json() as Record<string, unknown>;
  if (kind !== 'booking') return ignore;
  return { id: `booking ${String(bookingNumber)}`, message: Booked, fields: { account, cents } };
}

export class BookedHandler {
  @Handles(Booked)
  async book({ account, cents }: Booked, { manager, originalId }: TransactionContext): Promise<void> {
    await manager.query('insert into bookings (number, account, cents) values ($1, $2, $3)', [
      originalId,
      account,
      cents,
    ]);
  }
}

interface CustomerRow {
  readonly id: number;
  readonly name: string;
}

export const customers = foreignTopic('crm.public.customers', {
  from: 'earliest',
  read(record) {
    if (record.value === null) return ignore; // the tombstone after a delete
    const change = record.json() as {
      readonly op: 'r' | 'c' | 'u' | 'd';
      readonly after: CustomerRow | null;
      readonly source: { readonly lsn: number };
    };
    if (change.op === 'd' || change.after === null) return ignore;
    return {
      id: `${change.after.id} ${change.source.lsn}`,
      sequence: change.source.lsn,
      message: CustomerChanged,
      fields: change.after,
    };
  },
});

@Message({ type: 'crm.customer-changed', topic: customers })
export class CustomerChanged {
  @IsInt() readonly id!: number;
  @IsString() readonly name!: string;
}

export const clicks = foreignTopic('web.clicks', {
  from: 'latest',
  read(record) {
    const { id, source, type, data } = readCloudEvent(record);
    if (type !== 'com.example.clicked') return ignore;
    return { id: `${source} ${id}`, message: Clicked, fields: data as object };
  },
});

@Message({ type: 'web.clicked', topic: clicks })
export class Clicked {
  @IsString() readonly page!: string;
}
