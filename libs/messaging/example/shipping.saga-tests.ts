import { everyStep } from '@tradewind/saga/rehearse';
import { describe, expect, it } from '@jest/globals';
import { bookVan } from './shipping.js';

everyStep(bookVan, () => ({ shipmentId: 's1', status: 'pending' }), { describe, it, expect });
