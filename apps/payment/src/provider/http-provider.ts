import { Pool } from 'undici';
import {
  ProviderUnreachable,
  type Found,
  type PaymentProvider,
  type RefundRequest,
  type RefundResult,
  type TakeRequest,
  type TakeResult,
  type VoidResult,
} from './payment-provider.js';
import { readFound, readRefunded, readTaken, readVoided, type Answer } from './provider-answers.js';

export interface HttpProviderSettings {
  readonly url: string;
  /** Sent with every call: `Authorization: Bearer <key>`. */
  readonly apiKey: string;
  /** Timeout of a call until its complete answer, in milliseconds. */
  readonly answerTimeoutMs?: number;
  /** Most calls at once; further calls wait, and their timeout runs meanwhile. */
  readonly connections?: number;
}

const answerLimit = 64 * 1_024;

/** The provider over HTTP with kept-alive connections. It never retries by itself: the caller retries with the same key. */
export class HttpProvider implements PaymentProvider {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #answerWithin: number;
  readonly #authorization: string;

  constructor({ url, apiKey, answerTimeoutMs: answerWithin = 5_000, connections = 64 }: HttpProviderSettings) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections, pipelining: 1, maxResponseSize: answerLimit });
    this.#path = pathname.replace(/\/$/, '');
    this.#answerWithin = answerWithin;
    this.#authorization = `Bearer ${apiKey}`;
  }

  async take(request: TakeRequest, signal?: AbortSignal): Promise<TakeResult> {
    const { key, amount, method } = request;
    return readTaken(await this.#post(`take ${key}`, '/takes', { key, ...amount, method }, signal), request);
  }

  async refund(request: RefundRequest, signal?: AbortSignal): Promise<RefundResult> {
    const { key, takeKey, amount, reason } = request;
    return readRefunded(
      await this.#post(`refund ${key}`, '/refunds', { key, takeKey, ...amount, reason }, signal),
      request,
    );
  }

  async find(key: string, signal?: AbortSignal): Promise<Found> {
    return readFound(
      await this.#call(`find ${key}`, 'GET', `/operations/${encodeURIComponent(key)}`, {}, undefined, signal),
      key,
    );
  }

  async void(key: string, signal?: AbortSignal): Promise<VoidResult> {
    return readVoided(await this.#post(`void ${key}`, '/voids', { key }, signal), key);
  }

  /** Aborts all calls under way. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #post(
    to: string,
    path: string,
    body: { readonly key: string } & Readonly<Record<string, unknown>>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    return this.#call(
      to,
      'POST',
      path,
      { 'content-type': 'application/json', 'idempotency-key': body.key },
      JSON.stringify(body),
      signal,
    );
  }

  async #call(
    to: string,
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
    callerSignal: AbortSignal | undefined,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#answerWithin);
    const signal = callerSignal === undefined ? timeout : AbortSignal.any([timeout, callerSignal]);
    try {
      // crashpoint: provider.before-call
      const answer = await this.#pool.request({
        path: this.#path + path,
        method,
        headers: { ...headers, authorization: this.#authorization },
        body: body ?? null,
        signal,
      });
      // crashpoint: provider.after-response
      const text = await answer.body.text();
      return { to, code: answer.statusCode, body: isJson(answer.headers['content-type']) ? parsed(text) : undefined };
    } catch (error) {
      const reason = timeout.aborted
        ? `no answer within ${this.#answerWithin} ms`
        : callerSignal?.aborted
          ? 'aborted by the caller'
          : reasonOf(error);
      throw new ProviderUnreachable(`the provider could not be called to ${to}: ${reason}`, !neverSent(error), {
        cause: error,
      });
    }
  }
}

/** What is not declared as JSON comes from something else than the provider. */
const isJson = (type: string | string[] | undefined): boolean =>
  typeof type === 'string' && /^application\/json *(?:;|$)/i.test(type);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const reasonOf = (error: unknown): string => String(codeOf(error) ?? error);

const beforeConnected: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

const neverSent = (error: unknown): boolean => beforeConnected.includes(codeOf(error));
