import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import {
  cancelSaga,
  command,
  defineSaga,
  Handles,
  insert,
  instancesOf,
  Message,
  message,
  MessagingModule,
  messagingToken,
  nothing,
  Outbox,
  pointOfNoReturn,
  publish,
  rows,
  Sagas,
  save,
  schedule,
  startSaga,
  table,
  topic,
  type Decision,
  type Effect,
  type HandlerContext,
  type TransactionContext,
} from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';
import { Column, DataSource, Entity, MoreThan, PrimaryColumn } from 'typeorm';

export const topics = {
  events: topic('shipping.events', { owner: 'shipping', partitions: 6 }),
  commands: topic('vans.commands', { owner: 'shipping', partitions: 6 }),
  replies: topic('vans.events', { owner: 'vans', partitions: 6 }),
  deadLetters: topic('shipping.dlq', { owner: 'shipping', partitions: 1 }),
};

@Message({ type: 'shipment.created', topic: topics.events, key: 'shipmentId' })
export class ShipmentCreated {
  @IsString() readonly shipmentId!: string;
  @IsInt() readonly parcels!: number;
}

@Message({ type: 'shipment.cancelled', topic: topics.events, key: 'shipmentId' })
export class ShipmentCancelled {
  @IsString() readonly shipmentId!: string;
}

@Message({ type: 'van.assigned', topic: topics.events, key: 'shipmentId' })
export class VanAssigned {
  @IsString() readonly shipmentId!: string;
  @IsInt() readonly vanId!: number;
}

@Message({ type: 'van.book', topic: topics.commands, key: 'shipmentId' })
export class BookVan {
  @IsString() readonly shipmentId!: string;
}

@Message({ type: 'van.free', topic: topics.commands, key: 'shipmentId' })
export class FreeVan {
  @IsString() readonly shipmentId!: string;
}

@Message({ type: 'van.booked', topic: topics.replies, key: 'shipmentId' })
export class VanBooked {
  @IsString() readonly shipmentId!: string;
}

@Message({ type: 'van.refused', topic: topics.replies, key: 'shipmentId' })
export class VanRefused {
  @IsString() readonly shipmentId!: string;
}

@Message({ type: 'van.freed', topic: topics.replies, key: 'shipmentId' })
export class VanFreed {
  @IsString() readonly shipmentId!: string;
}

// Transactional handlers
@Entity('vans')
export class Van {
  @PrimaryColumn('int') id!: number;
  @Column('int') free!: number;
}

@Controller()
export class AssignVanHandler {
  @Handles(ShipmentCreated)
  async assign({ shipmentId, parcels }: ShipmentCreated, { manager, publish }: TransactionContext): Promise<void> {
    const van = await manager.getRepository(Van).findOneOrFail({
      where: { free: MoreThan(parcels) },
      lock: { mode: 'pessimistic_write' },
    });
    await manager.update(Van, van.id, { free: van.free - parcels });
    publish(VanAssigned, { shipmentId, vanId: van.id });
  }
}

// Decision handlers
export interface VanTotal {
  readonly vanId: number;
  readonly shipments: number;
}
export const VanTotals = table<VanTotal>('van_totals', 'vanId', { vanId: 'int4', shipments: 'int4' });
const ofVan = { totals: rows(VanTotals, ({ vanId }: VanAssigned) => [String(vanId)]) };

@Controller()
export class VanTotalHandler {
  @Handles(VanAssigned, { load: ofVan, consumer: 'totals' })
  count({ vanId }: VanAssigned, { totals }: HandlerContext<typeof ofVan>): Decision {
    const { shipments } = totals.get(String(vanId)) ?? { shipments: 0 };
    return save(VanTotals, { vanId, shipments: shipments + 1 });
  }
}

// Commands
export interface Shipment {
  readonly shipmentId: string;
  readonly status: 'pending' | 'booked' | 'refused' | 'cancelled';
}
export const Shipments = table<Shipment>('shipments', 'shipmentId', { shipmentId: 'text', status: 'text' });

// Sagas
export const bookVan = defineSaga<Shipment>('book a van', Shipments, {
  steps: [
    {
      name: 'book',
      command: ({ shipmentId }) => message(BookVan, { shipmentId }),
      success: VanBooked,
      failure: VanRefused,
      failureReason: () => 'no van is free',
      compensation: ({ shipmentId }) => message(FreeVan, { shipmentId }),
      compensated: VanFreed,
      timeout: '30s',
    },
    pointOfNoReturn('confirm', (shipment) => ({ subject: { ...shipment, status: 'booked' }, messages: [] })),
  ],
  onFailed: (shipment, failure) => ({
    subject: { ...shipment, status: failure.kind === 'cancelled' ? 'cancelled' : 'refused' },
    messages: [message(ShipmentCancelled, { shipmentId: shipment.shipmentId })],
  }),
});

// Commands of sagas
export const createShipment = command('shipment.create', {}, (request: ShipmentCreated, context) =>
  startSaga(bookVan, { shipmentId: request.shipmentId, status: 'pending' }, context).and(
    publish(ShipmentCreated, request),
  ),
);

const ownShipment = {
  shipments: rows(Shipments, ({ shipmentId }: { shipmentId: string }) => [shipmentId]),
  instances: instancesOf([bookVan], ({ shipmentId }: { shipmentId: string }) => shipmentId),
};

export const cancelShipment = command(
  'shipment.cancel',
  ownShipment,
  ({ shipmentId }: { shipmentId: string }, { shipments, instances, ...context }) => {
    const shipment = shipments.get(shipmentId);
    return shipment ? cancelSaga(bookVan, shipment, instances, context) : nothing();
  },
);

// Your own transactions
@Injectable()
export class ImportService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly sagas: Sagas,
  ) {}

  async importShipment(shipmentId: string, parcels: number): Promise<void> {
    await this.outbox.transaction(this.dataSource.manager, async (manager) => {
      await manager.query('insert into imports values ($1)', [shipmentId]);
      await this.outbox.publish(manager, ShipmentCreated, { shipmentId, parcels });
      await this.sagas.start(manager, bookVan, { shipmentId, status: 'pending' });
    });
  }
}

// Effects
export interface Label {
  readonly labelId: string;
  readonly url: string;
}
export const Labels = table<Label>('labels', 'labelId', { labelId: 'uuid', url: 'text' });

@Injectable()
export class PrintLabel implements Effect<{ shipmentId: string }, string> {
  readonly name = 'print label';

  async run({ shipmentId }: { shipmentId: string }, { signal }: { signal: AbortSignal }): Promise<string> {
    const headers = { 'idempotency-key': `label ${shipmentId}` };
    const response = await fetch(`https://labels.example/${shipmentId}`, { method: 'POST', headers, signal });
    if (!response.ok) throw new Error(`the label printer answered ${response.status}`);
    return (await response.json()) as string;
  }

  settle(_: { shipmentId: string }, url: string, { newId }: HandlerContext<Record<never, never>>): Decision {
    return insert(Labels, { labelId: newId(), url });
  }
}

@Controller()
export class LabelHandler {
  @Handles(VanAssigned, { load: {} })
  label({ shipmentId }: VanAssigned): Decision {
    return schedule('print label', shipmentId, { shipmentId });
  }
}

// The module
@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({
        service: 'shipping',
        kafka: { brokers: process.env['KAFKA_BROKERS']!.split(','), clientId: 'shipping' },
        dataSource,
        deadLetters: topics.deadLetters,
      }),
    }),
    MessagingModule.forFeature({
      messages: [ShipmentCreated, ShipmentCancelled, VanAssigned, BookVan, FreeVan, VanBooked, VanRefused, VanFreed],
      tables: [VanTotals, Shipments, Labels],
      sagas: [bookVan],
      effects: [PrintLabel],
      ignored: { shipping: [ShipmentCancelled], 'shipping.totals': [ShipmentCreated, ShipmentCancelled] },
    }),
  ],
  controllers: [AssignVanHandler, VanTotalHandler, LabelHandler],
  providers: [ImportService, PrintLabel],
})
export class ShippingModule {}

// Two databases
@Injectable()
export class Invoices {
  constructor(@Inject(messagingToken(Outbox, 'billing')) private readonly outbox: Outbox) {}

  send(dataSource: DataSource, shipmentId: string): Promise<void> {
    return this.outbox.transaction(dataSource.manager, (manager) =>
      this.outbox.publish(manager, ShipmentCancelled, { shipmentId }),
    );
  }
}

// Beside Nest's Kafka transport
@Controller()
export class OrderPlacedHandler {
  @EventPattern('order.placed', Transport.KAFKA)
  placed(@Payload() order: object): void {
    console.log(order);
  }
}
