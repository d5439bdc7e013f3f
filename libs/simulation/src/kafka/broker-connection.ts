import type { ProcessCore } from '../process/process-core.js';
import { brokerUnavailable } from './broker-error.js';
import type { SimulatedKafka } from './simulated-kafka.js';

/** The connection of one client to the broker. Closing it rejects every pending call. */
export class BrokerConnection {
  readonly #onClose = new Set<() => void>();
  #closed = false;

  constructor(
    readonly kafka: SimulatedKafka,
    readonly process: ProcessCore,
  ) {}

  get closed(): boolean {
    return this.#closed;
  }

  /** `applyPart` is used for calls that fail partially. */
  call<T>(operation: string, apply: () => T | Promise<T>, applyPart?: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(brokerUnavailable('the client is closed'));
    const ifUp =
      <R>(run: () => R) =>
      (): R => {
        this.kafka.assertUp();
        return run();
      };
    const response = this.process.call({
      peer: this.kafka.name,
      operation,
      apply: ifUp(apply),
      connectionError: brokerUnavailable,
      ...(applyPart ? { applyPart: ifUp(applyPart) } : {}),
    });
    return new Promise((resolve, reject) => {
      const unsubscribe = this.onClose(() => reject(brokerUnavailable('the client was closed')));
      response.then(resolve, reject).finally(unsubscribe);
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
