import { Controller } from '@nestjs/common';
import {
  Handles,
  nothing,
  rows,
  Sagas,
  startSaga,
  type Decision,
  type HandlerContext,
  type TransactionContext,
} from '@tradewind/messaging';
import { bookVan, ShipmentCreated, Shipments } from './shipping.js';

@Controller()
export class BookVanHandler {
  constructor(private readonly sagas: Sagas) {}

  @Handles(ShipmentCreated)
  async book({ shipmentId }: ShipmentCreated, { manager }: TransactionContext): Promise<void> {
    const started = await manager.query<unknown[]>('select 1 from shipments where shipment_id = $1', [shipmentId]);
    if (started.length > 0) return;
    await this.sagas.start(manager, bookVan, { shipmentId, status: 'pending' });
  }
}

const ofShipment = { shipments: rows(Shipments, ({ shipmentId }: ShipmentCreated) => [shipmentId]) };

@Controller()
export class BookVanDecision {
  @Handles(ShipmentCreated, { load: ofShipment })
  book({ shipmentId }: ShipmentCreated, { shipments, ...context }: HandlerContext<typeof ofShipment>): Decision {
    if (shipments.get(shipmentId)) return nothing();
    return startSaga(bookVan, { shipmentId, status: 'pending' }, context);
  }
}
