import { decode } from '../handling/decode.js';
import type { DecodedMessage } from '../handling/decoded.js';
import { skippedInvocation } from '../handling/skipped-invocation.js';
import { outcomeOf, type Invocation } from '../handling/invocation.js';
import type { Runner } from '../handling/runner.js';
import type { MessageRegistry } from '../message/index.js';
import { recordFields } from '../tracing/index.js';
import { WakeSignal, type DeadLetter, type Log, type RuntimePorts, type Store } from '../ports/index.js';

/** Poll interval for keys in redrive. */
const pollIntervalMs = 1_000;

export interface RedriveOptions {
  readonly group: string;
  readonly contracts: MessageRegistry;
  readonly invocationOf: (decoded: DecodedMessage, redriven: boolean) => Invocation | undefined;
  readonly log: Log;
}

/**
 * Handles the dead letters of keys in redrive in their order, newly arrived messages behind them, and unblocks the key when none is
 * left. A message that fails again blocks the key again with the new reason; nothing behind it overtakes it.
 */
export class RedriveLoop {
  readonly #wakeSignal: WakeSignal;
  #stopping = false;
  #run: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly runner: Runner,
    ports: RuntimePorts,
    private readonly options: RedriveOptions,
  ) {
    this.#wakeSignal = new WakeSignal(ports.timers);
  }

  start(): void {
    this.#run ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeSignal.notify();
    await this.#run;
  }

  async #loop(): Promise<void> {
    const { group, log } = this.options;
    while (!this.#stopping) {
      try {
        for (const orderingKey of await this.store.redrivenKeys(group)) await this.#redrive(orderingKey);
      } catch (error) {
        log('warn', 'redrive waits', { group, error: String(error) });
      }
      await this.#wakeSignal.wait(pollIntervalMs);
    }
  }

  async #redrive(orderingKey: string): Promise<void> {
    const { group, log } = this.options;
    while (!this.#stopping) {
      const next = await this.store.transaction((transaction) => transaction.nextRedriven(group, orderingKey));
      if (!next) return log('info', 'a blocked key is unblocked', { group, orderingKey });
      // crashpoint: redrive.after-next
      const error = await this.#handle(next);
      // crashpoint: redrive.after-handle
      if (error === undefined) continue;
      await this.store.transaction((transaction) =>
        transaction.addDeadLetters([next], {
          cause: error instanceof Error ? error.name : 'failure',
          detail: error instanceof Error ? error.message : String(error),
          attempts: 1,
        }),
      );
      return log('error', 'a redriven message failed again: its key stays blocked', {
        id: next.messageId,
        error: String(error),
        ...recordFields(next),
      });
    }
  }

  /** The error, or undefined. */
  async #handle(letter: DeadLetter): Promise<unknown> {
    const decoded = decode(letter, this.options.contracts);
    if (decoded.poison) return decoded.poison;
    const handled = decoded.skipped
      ? skippedInvocation(this.options.group, decoded)
      : this.options.invocationOf(decoded, true);
    if (!handled) return new TypeError(`no handler of ${this.options.group} handles this message`);
    // What a corrected `read` or an edited value makes of the record may have another id than the dead letter.
    const invocation = { ...handled, deadLetterId: letter.messageId };
    const outcome = outcomeOf(await this.runner.run([invocation]), invocation);
    switch (outcome.kind) {
      case 'done':
      case 'duplicate':
        return undefined;
      case 'transient':
        throw outcome.error;
      case 'failed':
        return outcome.error;
      default:
        return new TypeError(
          `the handler of a message cannot return ${outcome.kind}: publish the rejection as a message`,
        );
    }
  }
}
