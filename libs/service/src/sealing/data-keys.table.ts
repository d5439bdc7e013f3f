import type { UserId } from '@tradewind/kernel';
import { table } from '@tradewind/messaging';

/** A user's data key, wrapped. A destroyed one keeps its row, so that *erased* and *not arrived yet* are told apart. */
export interface DataKey {
  readonly userId: UserId;
  readonly wrappedKey?: string;
  readonly createdAt?: Date;
  readonly destroyedAt?: Date;
}

export const DataKeys = table<DataKey>('svc_data_keys', 'userId', {
  userId: 'uuid',
  wrappedKey: 'text',
  createdAt: 'timestamptz',
  destroyedAt: 'timestamptz',
});
