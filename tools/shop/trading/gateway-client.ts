import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { History } from './history.js';
import { classifyAnswer, classifyFailure, retryDelayMs, type AttemptResult } from './retry-policy.js';

export interface Call {
  /** Its name in the history. */
  readonly op: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further facts for the history: the idempotency key, the order … */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** The statuses that the caller handles. */
  readonly expect: readonly number[];
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** An earlier attempt may have had its effect. */
  readonly repeated: boolean;
  /** The shop repeated its answer to the idempotency key. */
  readonly replayed: boolean;
}

/** The shop gave an answer that the caller does not handle. */
export class UnexpectedAnswer extends Error {
  override readonly name: string = 'UnexpectedAnswer';

  constructor(
    call: Pick<Call, 'method' | 'path'>,
    what: string,
    readonly status?: number,
  ) {
    super(`${call.method} ${call.path}: ${what}`);
  }
}

/** Until the timeout, the shop was unreachable or answered that the call has to be repeated. */
export class ShopUnavailable extends UnexpectedAnswer {
  override readonly name = 'ShopUnavailable';
}

export interface ClientOptions {
  readonly url: string;
  readonly connections: number;
  readonly history: History;
  /** A call is retried for this time. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Attempt extends AttemptResult {
  readonly status?: number;
  readonly retryAfter?: number | undefined;
  readonly body?: unknown;
  readonly replayed?: boolean;
  readonly detail: string;
}

/** HTTP client of the gateway. Retries calls, with the same headers, body and idempotency key, until the timeout. */
export class GatewayClient {
  private readonly pool: Pool;
  private calls = 0;
  /** Number of repeated attempts. */
  retries = 0;

  constructor(private readonly options: ClientOptions) {
    if (options.signal) setMaxListeners(0, options.signal); // every running call adds a listener
    this.pool = new Pool(new URL(options.url).origin, {
      connections: options.connections,
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
      connectTimeout: 5_000,
    });
  }

  /** Resolves with one of the expected statuses. Throws UnexpectedAnswer for any other, ShopUnavailable after the timeout. */
  async call<T>(call: Call): Promise<Answer<T>> {
    const id = ++this.calls;
    const end = performance.now() + this.options.timeoutMs;
    for (let number = 1, repeated = false; ; number++) {
      const attempt = await this.attempt(call, { call: id, attempt: number, op: call.op, ...call.facts });
      if (!attempt.retry) {
        if (!call.expect.includes(attempt.status!)) throw new UnexpectedAnswer(call, attempt.detail, attempt.status);
        return { status: attempt.status!, body: attempt.body as T, repeated, replayed: attempt.replayed === true };
      }
      repeated ||= attempt.effect === 'indeterminate';
      const pause = retryDelayMs(number, attempt.retryAfter, Math.random());
      if (performance.now() + pause > end)
        throw new ShopUnavailable(
          call,
          `${attempt.detail}, after ${number} attempts in ${this.options.timeoutMs / 1_000} s`,
          attempt.status,
        );
      this.retries++;
      await wait(pause, undefined, { signal: this.options.signal });
    }
  }

  close(): Promise<void> {
    return this.options.signal?.aborted ? this.pool.destroy() : this.pool.close();
  }

  private async attempt(call: Call, facts: Readonly<Record<string, unknown>>): Promise<Attempt> {
    const { history } = this.options;
    history.write('invoke', { ...facts, method: call.method, path: call.path });
    const attempt = await this.send(call).catch((error: unknown) => this.failed(error));
    history.write(attempt.effect, {
      ...facts,
      ...(attempt.status !== undefined && { status: attempt.status }),
      ...(attempt.effect !== 'ok' && { detail: attempt.detail }),
    });
    return attempt;
  }

  private async send(call: Call): Promise<Attempt> {
    const { statusCode, headers, body } = await this.pool.request({
      method: call.method,
      path: call.path,
      headers: {
        accept: 'application/json',
        ...(call.body && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(call.body && { body: JSON.stringify(call.body) }),
      ...(this.options.signal && { signal: this.options.signal }),
    });
    const text = await body.text();
    const json = String(headers['content-type']).includes('json') && text !== '';
    return {
      ...classifyAnswer(statusCode, headers['retry-after'] !== undefined),
      status: statusCode,
      retryAfter: headers['retry-after'] === undefined ? undefined : Number(headers['retry-after']) || 0,
      body: json ? JSON.parse(text) : undefined,
      replayed: headers['idempotent-replayed'] === 'true',
      detail: `${statusCode}${text === '' ? '' : ` ${text.slice(0, 500)}`}`,
    };
  }

  private failed(error: unknown): Attempt {
    this.options.signal?.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    return { ...classifyFailure(code), detail: `${code ?? 'no answer'} (${message || 'the connection failed'})` };
  }
}
