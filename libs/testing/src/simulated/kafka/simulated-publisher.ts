import type { Acknowledged, OutgoingRecord, Publisher } from '@tradewind/messaging';
import type { BrokerConnection } from './broker-connection.js';
import { BrokerError } from './broker-error.js';

/** A producer. After a rejection it is spent, and what it sent may still be on its way. */
export class SimulatedPublisher implements Publisher {
  #spent = false;

  constructor(private readonly connection: BrokerConnection) {}

  async publish(records: readonly OutgoingRecord[]): Promise<readonly Acknowledged[]> {
    if (this.#spent) throw new BrokerError('PUBLISHER_SPENT', 'this publisher is closed, or has failed before');
    const { kafka } = this.connection;
    const copies = records.map((record) => ({
      ...record,
      value: record.value === null ? null : Buffer.from(record.value),
      headers: { ...record.headers },
    }));
    try {
      return await this.connection.ask(
        'publish',
        () => kafka.take(copies),
        () => kafka.takePart(copies),
      );
    } catch (error) {
      this.#spent = true;
      throw error;
    }
  }

  close(): Promise<void> {
    this.#spent = true;
    return Promise.resolve();
  }
}
