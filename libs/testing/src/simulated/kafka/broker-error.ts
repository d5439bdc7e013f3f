/** What the broker, or the client on its behalf, says no with; `type` is Kafka's name of the error. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export const brokerAway = (why: string): BrokerError =>
  new BrokerError('NETWORK_EXCEPTION', `the broker does not answer: ${why}`);
