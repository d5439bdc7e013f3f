import { isRejection, Transient, type Rejection, type Timers } from '@tradewind/kernel';
import { IdempotencyBusy, Unavailable } from '@tradewind/messaging';
import type { ClientResult } from '../check/client-log.js';
import type { RunningService } from '../shop/start-service.js';

/** Milliseconds that a client waits for a response. */
const responseTimeout = 8_000;
/** Milliseconds between two attempts. */
const retryDelay = 700;

const unknown = { status: 'unknown' } as const;

/** Sends requests to the processes of one service in turn. A process may crash during the request. */
export class ServiceClient {
  #turn = 0;

  constructor(
    private readonly processes: () => readonly RunningService[],
    private readonly timers: Timers,
  ) {}

  /** Sends a request once. The result is unknown after a timeout or a 503. */
  async send<R>(request: (service: RunningService) => Promise<R | Rejection>): Promise<ClientResult<R>> {
    const processes = this.processes();
    if (processes.length === 0) {
      await this.timers.wait(retryDelay);
      return unknown;
    }
    const response = request(processes[this.#turn++ % processes.length]!).then(
      (answer): ClientResult<R> =>
        isRejection(answer) ? { status: 'rejected', reason: answer.rejected } : { status: 'answered', answer },
      (error: unknown): ClientResult<R> => {
        if (error instanceof Unavailable || error instanceof Transient || error instanceof IdempotencyBusy)
          return unknown;
        throw error;
      },
    );
    return Promise.race([response, this.timers.wait(responseTimeout).then(() => unknown)]);
  }

  /** Repeats the request after an unknown result, at most `retries` times. `unknownCount` counts the attempts with an unknown result. */
  async sendWithRetries<R>(
    request: (service: RunningService) => Promise<R | Rejection>,
    retries: number,
  ): Promise<{ readonly last: ClientResult<R>; readonly unknownCount: number }> {
    for (let unknownCount = 0; ; unknownCount++) {
      const last = await this.send(request);
      if (last.status !== 'unknown' || unknownCount >= retries)
        return { last, unknownCount: unknownCount + (last.status === 'unknown' ? 1 : 0) };
      await this.timers.wait(retryDelay);
    }
  }
}
