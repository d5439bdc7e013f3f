import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { History } from './history.js';
import { judgeAnswer, judgeFailure, waitBefore, type Judgement } from './patience.js';

export interface Call {
  /** What it is called in the history. */
  readonly op: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further facts for the history: the idempotency key, the order … */
  readonly about?: Readonly<Record<string, unknown>>;
  /** The statuses that the caller can deal with. */
  readonly expect: readonly number[];
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** An earlier attempt of the call may have had its effect already. */
  readonly repeated: boolean;
  /** The shop says that it has answered so before, by the idempotency key. */
  readonly replayed: boolean;
}

/** The shop answered what the loader does not expect there. */
export class Unexpected extends Error {
  override readonly name: string = 'Unexpected';

  constructor(
    call: Pick<Call, 'method' | 'path'>,
    what: string,
    readonly status?: number,
  ) {
    super(`${call.method} ${call.path}: ${what}`);
  }
}

/** The shop could not be reached, or asked to come again, until patience was at its end. */
export class GaveUp extends Unexpected {
  override readonly name = 'GaveUp';
}

export interface ClientOptions {
  readonly url: string;
  readonly connections: number;
  readonly history: History;
  /** For how long one call is tried, in milliseconds. */
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
}

interface Attempt extends Judgement {
  readonly status?: number;
  readonly retryAfter?: number | undefined;
  readonly body?: unknown;
  readonly replayed?: boolean;
  readonly said: string;
}

/** The gateway's HTTP, keep-alive, with patience: what may be tried again is, with the same headers, body and idempotency key. */
export class GatewayClient {
  private readonly pool: Pool;
  private calls = 0;
  /** Attempts that had to be made again. */
  retries = 0;

  constructor(private readonly options: ClientOptions) {
    if (options.signal) setMaxListeners(0, options.signal); // every call under way listens to it
    this.pool = new Pool(new URL(options.url).origin, {
      connections: options.connections,
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
      connectTimeout: 5_000,
    });
  }

  /** Answers with one of the statuses that the call expects. Throws Unexpected on any other, GaveUp when there was none in time. */
  async call<T>(call: Call): Promise<Answer<T>> {
    const id = ++this.calls;
    const end = performance.now() + this.options.patience;
    for (let number = 1, repeated = false; ; number++) {
      const attempt = await this.attempt(call, { call: id, attempt: number, op: call.op, ...call.about });
      if (!attempt.again) {
        if (!call.expect.includes(attempt.status!)) throw new Unexpected(call, attempt.said, attempt.status);
        return { status: attempt.status!, body: attempt.body as T, repeated, replayed: attempt.replayed === true };
      }
      repeated ||= attempt.verdict === 'indeterminate';
      const pause = waitBefore(number, attempt.retryAfter, Math.random());
      if (performance.now() + pause > end)
        throw new GaveUp(
          call,
          `${attempt.said}, after ${number} attempts in ${this.options.patience / 1_000} s`,
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
    history.write(attempt.verdict, {
      ...facts,
      ...(attempt.status !== undefined && { status: attempt.status }),
      ...(attempt.verdict !== 'ok' && { said: attempt.said }),
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
      ...judgeAnswer(statusCode, headers['retry-after'] !== undefined),
      status: statusCode,
      retryAfter: headers['retry-after'] === undefined ? undefined : Number(headers['retry-after']) || 0,
      body: json ? JSON.parse(text) : undefined,
      replayed: headers['idempotent-replayed'] === 'true',
      said: `${statusCode}${text === '' ? '' : ` ${text.slice(0, 500)}`}`,
    };
  }

  private failed(error: unknown): Attempt {
    this.options.signal?.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    return { ...judgeFailure(code), said: `${code ?? 'no answer'} (${message || 'the connection failed'})` };
  }
}
