import type { Catalogue } from '../contract/index.js';
import { decode, type Decoded } from '../consume/decode.js';
import { Alarm } from '../outbox/alarm.js';
import type { Runner } from '../run/runner.js';
import type { Work } from '../run/work.js';
import type { ParkedMessage, Store } from '../store/store.js';
import type { World } from '../system.js';

/** Milliseconds between looks for lanes that an operator has released. */
const interval = 1_000;

export interface ReleaseOptions {
  readonly group: string;
  readonly contracts: Catalogue;
  readonly workOf: (decoded: Decoded, released: boolean) => Work | undefined;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;
}

/**
 * Handles the messages of released lanes in the order in which they came, newcomers behind them, and opens the lane when none
 * waits any more. One that fails again parks the lane again, with the new reason; nothing behind it overtakes.
 */
export class Release {
  readonly #alarm: Alarm;
  #stopping = false;
  #run: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly runner: Runner,
    world: World,
    private readonly options: ReleaseOptions,
  ) {
    this.#alarm = new Alarm(world.timers);
  }

  start(): void {
    this.#run ??= this.#work();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#alarm.ring();
    await this.#run;
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      try {
        for (const lane of await this.store.releasedLanes(this.options.group)) await this.#open(lane);
      } catch (error) {
        this.options.log('warn', 'released messages wait', { group: this.options.group, error: String(error) });
      }
      await this.#alarm.wait(interval);
    }
  }

  async #open(lane: string): Promise<void> {
    while (!this.#stopping) {
      const next = await this.store.transaction((transaction) => transaction.nextReleased(this.options.group, lane));
      if (!next) return this.options.log('info', 'a parked lane is open again', { group: this.options.group, lane });
      // crashpoint: release.after-next
      const error = await this.#handle(next);
      // crashpoint: release.after-handle
      if (error === undefined) continue;
      await this.store.transaction((transaction) =>
        transaction.park([next], {
          cause: error instanceof Error ? error.name : 'failure',
          detail: error instanceof Error ? error.message : String(error),
          tries: 1,
        }),
      );
      return this.options.log('error', 'a released message failed again: its lane stays parked', {
        id: next.messageId,
        error: String(error),
      });
    }
  }

  /** What went wrong, or undefined. */
  async #handle(parked: ParkedMessage): Promise<unknown> {
    const decoded = decode({ ...parked, offset: parked.offset }, this.options.contracts);
    if (decoded.poison) return decoded.poison;
    const work = this.options.workOf(decoded, true);
    if (!work) return new TypeError(`no handler of ${this.options.group} takes this message`);
    const outcome = (await this.runner.run([work])).get(work)!;
    if (outcome.kind === 'transient') throw outcome.error;
    return outcome.kind === 'failed' ? outcome.error : undefined;
  }
}
