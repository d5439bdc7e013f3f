import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export interface Notice {
  readonly id: string;
  readonly type: 'taken' | 'refunded';
  readonly key: string;
  readonly amount: number;
  readonly currency: string;
  readonly at: string;
}

const senders = 8;
const backlog = 10_000;
const defaultWaitsMs: readonly number[] = [200, 1_000, 4_000];
const patienceMs = 3_000;

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`: the receiver checks both the sender and the age. */
export function sign(body: string, secret: string, unixSeconds: number): string {
  return `t=${unixSeconds},v1=${createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')}`;
}

/**
 * Tells the shop what happened, a few times over until it is heard, keeping its id. A courtesy: a notice may be late, doubled,
 * out of order or lost (in a crash, or when the shop stays away), and nobody's books depend on it.
 */
export class Webhook {
  readonly #waiting: Notice[] = [];
  readonly #ending = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(
    private readonly target: { readonly url: string; readonly secret: string },
    private readonly waitsMs = defaultWaitsMs,
  ) {}

  tell(notice: Omit<Notice, 'id'>): void {
    if (this.#ending.signal.aborted || this.#waiting.length >= backlog) return;
    this.#waiting.push({ id: `evt_${randomUUID()}`, ...notice });
    if (this.#sending.size >= senders) return;
    const sender = this.#sendAll().finally(() => this.#sending.delete(sender));
    this.#sending.add(sender);
  }

  /** Lets go of what was not heard yet. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#sending);
  }

  async #sendAll(): Promise<void> {
    for (
      let notice = this.#waiting.shift();
      notice !== undefined && !this.#ending.signal.aborted;
      notice = this.#waiting.shift()
    ) {
      await this.#send(notice);
    }
  }

  async #send(notice: Notice): Promise<void> {
    const body = JSON.stringify(notice);
    for (const wait of [...this.waitsMs, undefined]) {
      if (await this.#heard(body)) return;
      if (wait === undefined || !(await this.#waited(wait))) return;
    }
  }

  async #heard(body: string): Promise<boolean> {
    const headers = {
      'content-type': 'application/json',
      'x-signature': sign(body, this.target.secret, Math.floor(Date.now() / 1_000)),
    };
    try {
      const answer = await fetch(this.target.url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(patienceMs),
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      // Nobody there, too slow, or a broken answer: all the same, the notice was not heard.
      return false;
    }
  }

  async #waited(milliseconds: number): Promise<boolean> {
    await pause(milliseconds, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    return !this.#ending.signal.aborted;
  }
}
