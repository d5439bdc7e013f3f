import type { SimulatedProcess } from '../simulated-process.js';
import { brokerAway } from './broker-error.js';
import type { SimulatedKafka } from './simulated-kafka.js';

/** What one client of a life has open with the broker. Once it is closed nothing that was asked is waited for any longer. */
export class BrokerConnection {
  readonly #onClose = new Set<() => void>();
  #closed = false;

  constructor(
    readonly kafka: SimulatedKafka,
    readonly life: SimulatedProcess,
  ) {}

  get closed(): boolean {
    return this.#closed;
  }

  /** `part` is some of what is asked, for a call that ends halfway. */
  ask<T>(operation: string, effect: () => T | Promise<T>, part?: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(brokerAway('the client is closed'));
    const answering =
      <R>(does: () => R) =>
      (): R => {
        this.kafka.answer();
        return does();
      };
    const asked = this.life.call({
      peer: this.kafka.name,
      operation,
      effect: answering(effect),
      failure: brokerAway,
      ...(part ? { part: answering(part) } : {}),
    });
    return new Promise((resolve, reject) => {
      const forget = this.onClose(() => reject(brokerAway('the client was closed')));
      asked.then(resolve, reject).finally(forget);
    });
  }

  onClose(call: () => void): () => void {
    this.#onClose.add(call);
    return () => void this.#onClose.delete(call);
  }

  close(): void {
    this.#closed = true;
    for (const call of this.#onClose) call();
  }
}
