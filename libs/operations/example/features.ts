import type { DeclaredService } from '@tradewind/operations';

/** What your modules give to `MessagingModule.forFeature`, with the controllers of their handlers. */
export const bookings: DeclaredService = { service: 'bookings', messages: [], controllers: [] };
export const parcels: DeclaredService = { service: 'parcels', messages: [], controllers: [] };
