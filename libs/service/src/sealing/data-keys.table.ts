import type { UserId } from '@tradewind/contracts';
import { table } from '@tradewind/messaging';

/** A user's wrapped data key. A destroyed key keeps its row, which distinguishes *erased* from *not arrived yet*. */
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
