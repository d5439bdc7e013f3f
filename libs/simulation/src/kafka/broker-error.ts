/** An error of the broker or its client; `type` is Kafka's name of the error. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export const brokerUnavailable = (reason: string): BrokerError =>
  new BrokerError('NETWORK_EXCEPTION', `the broker is unavailable: ${reason}`);
