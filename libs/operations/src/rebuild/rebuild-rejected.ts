import { OperationRejected } from '@tradewind/kernel';

/** The projection can't be rebuilt, or the exchange would lose rows. Nothing has changed. */
export class RebuildRejected extends OperationRejected {
  override readonly name = 'RebuildRejected';
}
