import type { Clock } from '@tradewind/kernel';
import { errors, type Dispatcher } from 'undici';
import { returned } from '../domain/headers.js';
import type { Outcome } from '../domain/upstream.js';
import type { Reachable } from '../discovery/upstreams.js';
import type { Call, AttemptResult } from './call.js';

const rawHeadersOf = ({ rawHeaders }: Dispatcher.DispatchController): string[] =>
  (Array.isArray(rawHeaders) ? rawHeaders : []).map((part: Buffer | string) =>
    typeof part === 'string' ? part : part.toString('latin1'),
  );

/**
 * Sends a call to one instance and streams the response to the client. Always resolves, and records the outcome in the upstream.
 * A retry is possible as long as nothing was sent to the client. A 408 of the service is never passed on: the request was sent
 * completely, so the instance was too slow to read it (for example after a pause of its process).
 * @param mayDecline a 503 is not passed on, because another instance may answer
 */
export function attempt(
  call: Call,
  { upstream, pool }: Reachable,
  clock: Clock,
  mayDecline: boolean,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    new Attempt(call, upstream, clock, mayDecline, resolve).start(pool);
  });
}

class Attempt implements Dispatcher.DispatchHandler {
  readonly #startedAt: number;
  #controller: Dispatcher.DispatchController | undefined;
  #answering = false;
  #declined = false;
  #ended = false;

  constructor(
    private readonly call: Call,
    private readonly upstream: Reachable['upstream'],
    private readonly clock: Clock,
    private readonly mayDecline: boolean,
    private readonly resolve: (result: AttemptResult) => void,
  ) {
    this.#startedAt = clock.now().getTime();
  }

  start(pool: Reachable['pool']): void {
    const { method, target, headers, body, timeouts, response } = this.call;
    this.upstream.begin();
    response.on('close', this.#onClientClose);
    response.on('drain', this.#onClientDrain);
    pool.dispatch(
      {
        method,
        path: target,
        headers,
        body: body ?? null,
        headersTimeout: timeouts.firstByteMs,
        bodyTimeout: timeouts.idleMs,
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.call.response.destroyed) controller.abort(new Error('the client disconnected'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusMessage?: string,
  ): void {
    if (status < 200 || this.call.response.destroyed) return;
    if (status === 408 || (status === 503 && this.mayDecline)) {
      this.#declined = true;
      return;
    }
    this.#answering = true;
    const headers = returned(rawHeadersOf(controller));
    headers.push('x-request-id', this.call.id);
    if (statusMessage === undefined) this.call.response.writeHead(status, headers);
    else this.call.response.writeHead(status, statusMessage, headers);
    // the first event of a stream may come late: the head is sent now
    if (this.call.timeouts.idleMs === 0) this.call.response.flushHeaders();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#answering && !this.call.response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#declined) return this.#end('answered', { kind: 'declined' });
    this.call.response.end();
    this.#end('answered', { kind: 'done' });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.call.response.destroyed) return this.#end('abandoned', { kind: 'done' });
    if (this.#answering) {
      // the response is incomplete: destroying the connection shows it to the client
      this.call.response.destroy();
      return this.#end('failed', { kind: 'done' });
    }
    if (this.#declined) return this.#end('failed', { kind: 'declined' });
    if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError)
      return this.#end('abandoned', { kind: 'invalid' });
    if (this.#controller === undefined) return this.#end('unreachable', { kind: 'unreachable' });
    if (error instanceof errors.HeadersTimeoutError) return this.#end('failed', { kind: 'timed-out' });
    this.#end('failed', { kind: 'broken', error });
  }

  readonly #onClientClose = (): void => {
    if (!this.call.response.writableFinished) this.#controller?.abort(new Error('the client disconnected'));
  };

  readonly #onClientDrain = (): void => this.#controller?.resume();

  #end(outcome: Outcome, result: AttemptResult): void {
    if (this.#ended) return;
    this.#ended = true;
    this.call.response.off('close', this.#onClientClose);
    this.call.response.off('drain', this.#onClientDrain);
    const now = this.clock.now().getTime();
    this.upstream.end(outcome, now - this.#startedAt, now);
    this.resolve(result);
  }
}
