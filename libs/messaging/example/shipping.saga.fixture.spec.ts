import { everyStep } from '@tradewind/saga/rehearse';
import { describe, expect, it } from '@jest/globals';
import { bookVan, type Shipment } from './shipping.js';

const aShipment = (): Shipment => ({ shipmentId: 's1', status: 'pending' });
everyStep(bookVan, aShipment, { describe, it, expect });
