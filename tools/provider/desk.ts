import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Book } from './book.js';
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
import { mannerOf } from './methods.js';
import { OperationLog, type TornLine } from './operation-log.js';
import type { ProviderSettings } from './settings.js';
import type { Webhook } from './webhook.js';

export interface Reply {
  readonly code: number;
  readonly body: object;
}

/** No answer at all: the line goes dead. */
export const silence = 'silence';

/**
 * Where requests are decided, one after the other in memory; an answer leaves only when the log up to it is on the disk,
 * so that what anybody was told survives any crash. `cut` ends all waiting: the caller has gone, or the process is about to.
 */
export class Desk {
  readonly #failures = new Map<string, number>();

  private constructor(
    private readonly book: Book,
    private readonly log: OperationLog,
    private readonly settings: Pick<ProviderSettings, 'latencyMs' | 'slowMs'>,
    private readonly webhook: Webhook | undefined,
    /** What a crash had left of a last line, when the log was opened. */
    readonly torn: TornLine | undefined,
  ) {}

  static async open(settings: ProviderSettings, webhook: Webhook | undefined): Promise<Desk> {
    const book = new Book();
    const { log, torn } = await OperationLog.open(settings.log, (entry) => book.apply(entry));
    return new Desk(book, log, settings, webhook, torn);
  }

  get operations(): number {
    return this.book.size;
  }

  async take(request: TakeRequest, cut: AbortSignal): Promise<Reply | typeof silence> {
    const { answer, failures = 0 } = mannerOf(request.method);
    if (answer === 'never') {
      if (!cut.aborted) await once(cut, 'abort');
      return silence;
    }
    if (this.#fails(request.key, failures))
      return { code: 503, body: { status: 'unavailable', detail: 'nothing was taken: try again' } };
    const outcome = take(this.book, request, stamp());
    const reply = await this.#conclude(outcome, cut);
    if (outcome.entry?.operation !== 'take') return reply;
    if (answer === 'late') await pause(this.settings.slowMs, cut);
    return answer === 'lost' ? silence : reply;
  }

  refund(request: RefundRequest, cut: AbortSignal): Promise<Reply> {
    return this.#conclude(refund(this.book, request, stamp()), cut);
  }

  void(key: string, cut: AbortSignal): Promise<Reply> {
    return this.#conclude(voidKey(this.book, key, stamp()), cut);
  }

  find(key: string, cut: AbortSignal): Promise<Reply> {
    return this.#conclude(find(this.book, key), cut);
  }

  health(): Reply {
    return { code: 200, body: { status: 'ok', operations: this.book.size, logWrites: this.log.writes } };
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  async #conclude({ code, body, entry }: Outcome, cut: AbortSignal): Promise<Reply> {
    if (entry !== undefined) {
      this.book.apply(entry);
      this.log.append(entry);
    }
    // Also without an entry of its own: what this answer says may rest on a line that is still on its way to the disk.
    await this.log.settled();
    if (entry?.operation === 'take' || entry?.operation === 'refund') {
      const { operation, key, amount, currency, at } = entry;
      this.webhook?.tell({ type: operation === 'take' ? 'taken' : 'refunded', key, amount, currency, at });
    }
    if (this.settings.latencyMs > 0) await pause(this.settings.latencyMs, cut);
    return { code, body };
  }

  #fails(key: string, times: number): boolean {
    if (this.book.find(key) !== undefined) return false;
    const failed = this.#failures.get(key) ?? 0;
    if (failed >= times) {
      this.#failures.delete(key);
      return false;
    }
    this.#failures.set(key, failed + 1);
    return true;
  }
}

const stamp = (): Stamp => ({ at: new Date().toISOString(), reference: `sim_${randomUUID()}` });

async function pause(milliseconds: number, cut: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal: cut });
  } catch (error) {
    if (!cut.aborted) throw error;
  }
}
