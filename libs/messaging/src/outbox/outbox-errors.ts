/** A message was to be published outside a transaction. */
export class OutboxNeedsTransaction extends Error {
  override readonly name = 'OutboxNeedsTransaction';
  constructor() {
    super('the outbox accepts messages only inside a transaction of the caller: start one on this EntityManager');
  }
}

/** The JSON of a message is over the limit: shorten it, or keep the bulk elsewhere. */
export class PayloadTooLarge extends Error {
  override readonly name = 'PayloadTooLarge';
  constructor(type: string, bytes: number, limit: number) {
    super(`${type} has ${bytes} bytes, the limit is ${limit}`);
  }
}
