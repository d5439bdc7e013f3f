import { OperationRejected } from '@tradewind/kernel';

/** The request is invalid or would do harm. */
export class ReplayRejected extends OperationRejected {
  override readonly name = 'ReplayRejected';
}
