import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export interface WebhookNotification {
  readonly id: string;
  readonly type: 'taken' | 'refunded';
  readonly key: string;
  readonly amount: number;
  readonly currency: string;
  readonly at: string;
}

const senders = 8;
const backlog = 10_000;
const defaultRetryDelaysMs: readonly number[] = [200, 1_000, 4_000];
const timeoutMs = 3_000;

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`: the receiver checks both the sender and the age. */
export function sign(body: string, secret: string, unixSeconds: number): string {
  return `t=${unixSeconds},v1=${createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')}`;
}

/**
 * Sends notifications to the shop, with retries under the same id. Best effort: a notification may be late, repeated, out of order or
 * lost (in a crash, or while the shop is down). The shop must not depend on it.
 */
export class Webhook {
  readonly #queue: WebhookNotification[] = [];
  readonly #stopping = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(
    private readonly target: { readonly url: string; readonly secret: string },
    private readonly retryDelaysMs = defaultRetryDelaysMs,
  ) {}

  send(notification: Omit<WebhookNotification, 'id'>): void {
    if (this.#stopping.signal.aborted || this.#queue.length >= backlog) return;
    this.#queue.push({ id: `evt_${randomUUID()}`, ...notification });
    if (this.#sending.size >= senders) return;
    const sender = this.#sendAll().finally(() => this.#sending.delete(sender));
    this.#sending.add(sender);
  }

  /** Drops all notifications that are not delivered yet. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#sending);
  }

  async #sendAll(): Promise<void> {
    for (
      let notification = this.#queue.shift();
      notification !== undefined && !this.#stopping.signal.aborted;
      notification = this.#queue.shift()
    ) {
      await this.#send(notification);
    }
  }

  async #send(notification: WebhookNotification): Promise<void> {
    const body = JSON.stringify(notification);
    for (const wait of [...this.retryDelaysMs, undefined]) {
      if (await this.#deliver(body)) return;
      if (wait === undefined || !(await this.#waitUnlessStopped(wait))) return;
    }
  }

  async #deliver(body: string): Promise<boolean> {
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
        signal: AbortSignal.timeout(timeoutMs),
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      // No connection, timeout or invalid answer: the notification was not delivered.
      return false;
    }
  }

  async #waitUnlessStopped(milliseconds: number): Promise<boolean> {
    await pause(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    return !this.#stopping.signal.aborted;
  }
}
