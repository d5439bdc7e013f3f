import { Message, topic } from '@tradewind/messaging';
import { IsInt, IsOptional, IsString } from 'class-validator';

export const topics = {
  commands: topic('parcel.commands', { owner: 'shop', carries: 'commands' }),
  events: topic('parcel.events', { owner: 'parcels' }),
  invoices: topic('invoice.events', { owner: 'billing', unknownTypes: 'dead-letter' }),
};

@Message({
  type: 'parcel.weighed',
  topic: topics.events,
  key: 'parcelId',
  version: 2,
  readableSince: 1,
  upcasts: { 1: (old) => old },
})
export class ParcelWeighed {
  @IsString() readonly parcelId!: string;
  @IsInt() readonly grams!: number;
  @IsOptional() @IsString() readonly scale?: string;
}

@Message({
  type: 'parcel.sent',
  topic: topics.events,
  key: 'parcelId',
  version: 2,
  upcasts: { 1: ({ destination, ...rest }) => ({ ...rest, country: destination }) },
})
export class ParcelSent {
  @IsString() readonly parcelId!: string;
  @IsString() readonly country!: string;
}
