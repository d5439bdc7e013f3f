import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { OperationStore } from './operation-store.js';
import {
  find,
  refund,
  take,
  voidKey,
  type Outcome,
  type RefundRequest,
  type Stamp,
  type TakeRequest,
} from './decisions.js';
import { behaviourOf } from './methods.js';
import { OperationLog, type TornLine } from './operation-log.js';
import type { ProviderSettings } from './settings.js';
import type { Webhook } from './webhook.js';

export interface Reply {
  readonly code: number;
  readonly body: object;
}

/** The connection is closed without an answer. */
export const noReply = 'no-reply';

/**
 * Decides requests one after another in memory. An answer is sent only after the log up to it is on disk, so that every answer
 * survives a crash. `signal` ends all waiting: the caller has disconnected, or the process stops.
 */
export class RequestProcessor {
  readonly #failures = new Map<string, number>();

  private constructor(
    private readonly store: OperationStore,
    private readonly log: OperationLog,
    private readonly settings: Pick<ProviderSettings, 'latencyMs' | 'slowMs'>,
    private readonly webhook: Webhook | undefined,
    /** The incomplete last line that was found when the log was opened. */
    readonly torn: TornLine | undefined,
  ) {}

  static async open(settings: ProviderSettings, webhook: Webhook | undefined): Promise<RequestProcessor> {
    const store = new OperationStore();
    const { log, torn } = await OperationLog.open(settings.log, (entry) => store.apply(entry));
    return new RequestProcessor(store, log, settings, webhook, torn);
  }

  get operations(): number {
    return this.store.size;
  }

  async take(request: TakeRequest, signal: AbortSignal): Promise<Reply | typeof noReply> {
    const { answer, failures = 0 } = behaviourOf(request.method);
    if (answer === 'never') {
      if (!signal.aborted) await once(signal, 'abort');
      return noReply;
    }
    if (this.#isFailing(request.key, failures))
      return { code: 503, body: { status: 'unavailable', detail: 'nothing was taken: try again' } };
    const outcome = take(this.store, request, stamp());
    const reply = await this.#reply(outcome, signal);
    if (outcome.entry?.operation !== 'take') return reply;
    if (answer === 'late') await pause(this.settings.slowMs, signal);
    return answer === 'lost' ? noReply : reply;
  }

  refund(request: RefundRequest, signal: AbortSignal): Promise<Reply> {
    return this.#reply(refund(this.store, request, stamp()), signal);
  }

  void(key: string, signal: AbortSignal): Promise<Reply> {
    return this.#reply(voidKey(this.store, key, stamp()), signal);
  }

  find(key: string, signal: AbortSignal): Promise<Reply> {
    return this.#reply(find(this.store, key), signal);
  }

  health(): Reply {
    return { code: 200, body: { status: 'ok', operations: this.store.size, logWrites: this.log.writes } };
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  async #reply({ code, body, entry }: Outcome, signal: AbortSignal): Promise<Reply> {
    if (entry !== undefined) {
      this.store.apply(entry);
      this.log.append(entry);
    }
    // Also without a new entry: the answer may depend on a line that is not on disk yet.
    await this.log.settled();
    if (entry?.operation === 'take' || entry?.operation === 'refund') {
      const { operation, key, amount, currency, at } = entry;
      this.webhook?.send({ type: operation === 'take' ? 'taken' : 'refunded', key, amount, currency, at });
    }
    if (this.settings.latencyMs > 0) await pause(this.settings.latencyMs, signal);
    return { code, body };
  }

  #isFailing(key: string, failures: number): boolean {
    if (this.store.find(key) !== undefined) return false;
    const failed = this.#failures.get(key) ?? 0;
    if (failed >= failures) {
      this.#failures.delete(key);
      return false;
    }
    this.#failures.set(key, failed + 1);
    return true;
  }
}

const stamp = (): Stamp => ({ at: new Date().toISOString(), reference: `sim_${randomUUID()}` });

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
