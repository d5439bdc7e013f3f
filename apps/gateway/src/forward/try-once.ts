import type { Clock } from '@tradewind/kernel';
import { errors, type Dispatcher } from 'undici';
import { returned } from '../domain/headers.js';
import type { Outcome } from '../domain/upstream.js';
import type { Reachable } from '../discovery/upstreams.js';
import type { Call, TryEnd } from './call.js';

const rawHeadersOf = ({ rawHeaders }: Dispatcher.DispatchController): string[] =>
  (Array.isArray(rawHeaders) ? rawHeaders : []).map((part: Buffer | string) =>
    typeof part === 'string' ? part : part.toString('latin1'),
  );

/**
 * One call to one instance; the answer goes to the client as it comes. Resolves when it is over, one way or another, and
 * tells the instance's record how it went. As long as nothing of an answer has gone out, another try is possible.
 * A 408 never goes out: it is about the instance's reading, since the request was sent whole (Node answers so when it wakes from a pause).
 * @param mayDecline a 503 is not passed on but given back, because somebody else may do better
 */
export function tryOnce(call: Call, { upstream, pool }: Reachable, clock: Clock, mayDecline: boolean): Promise<TryEnd> {
  return new Promise((resolve) => {
    new Try(call, upstream, clock, mayDecline, resolve).start(pool);
  });
}

class Try implements Dispatcher.DispatchHandler {
  readonly #startedAt: number;
  #controller: Dispatcher.DispatchController | undefined;
  #answering = false;
  #declined = false;
  #over = false;

  constructor(
    private readonly call: Call,
    private readonly upstream: Reachable['upstream'],
    private readonly clock: Clock,
    private readonly mayDecline: boolean,
    private readonly resolve: (end: TryEnd) => void,
  ) {
    this.#startedAt = clock.now().getTime();
  }

  start(pool: Reachable['pool']): void {
    const { method, target, headers, body, patience, response } = this.call;
    this.upstream.begin();
    response.on('close', this.#clientGone);
    response.on('drain', this.#clientReady);
    pool.dispatch(
      { method, path: target, headers, body: body ?? null, headersTimeout: patience.begin, bodyTimeout: patience.idle },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.call.response.destroyed) controller.abort(new Error('the client is gone'));
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
    // an event stream may have nothing to say for long: its head goes out now
    if (this.call.patience.idle === 0) this.call.response.flushHeaders();
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
    if (this.call.response.destroyed) return this.#end('given-up', { kind: 'done' });
    if (this.#answering) {
      // the rest of the answer is missing: the client must notice
      this.call.response.destroy();
      return this.#end('failed', { kind: 'done' });
    }
    if (this.#declined) return this.#end('failed', { kind: 'declined' });
    if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError)
      return this.#end('given-up', { kind: 'unsendable' });
    if (this.#controller === undefined) return this.#end('unreachable', { kind: 'unreachable' });
    if (error instanceof errors.HeadersTimeoutError) return this.#end('failed', { kind: 'late' });
    this.#end('failed', { kind: 'broken', error });
  }

  readonly #clientGone = (): void => {
    if (!this.call.response.writableFinished) this.#controller?.abort(new Error('the client is gone'));
  };

  readonly #clientReady = (): void => this.#controller?.resume();

  #end(outcome: Outcome, end: TryEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.call.response.off('close', this.#clientGone);
    this.call.response.off('drain', this.#clientReady);
    const now = this.clock.now().getTime();
    this.upstream.end(outcome, now - this.#startedAt, now);
    this.resolve(end);
  }
}
