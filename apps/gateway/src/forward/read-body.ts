import type { IncomingMessage } from 'node:http';
import type { Timers } from '@tradewind/kernel';
import { problem } from '@tradewind/service';

/** The client closed the connection: there is nothing to answer. */
export class ClientDisconnected extends Error {
  override readonly name = 'ClientDisconnected';
}

export interface BodyLimits {
  readonly bytes: number;
  readonly timeoutMs: number;
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined ||
  (headers['content-length'] !== undefined && headers['content-length'] !== '0');

const tooLarge = (bytes: number) =>
  problem(413, 'body-too-large', `the body must not have more than ${Math.floor(bytes / 1_024)} kB`);

/**
 * The bytes of the body. It is read completely before the request is forwarded, so that a slow client occupies no connection to
 * a service and the call can be retried. Rejects with a 413 or 408 problem, or ClientDisconnected.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits, timers: Timers): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) return Promise.reject(tooLarge(limits.bytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const cancel = timers.after(limits.timeoutMs, () =>
      fail(problem(408, 'body-too-slow', `the body did not arrive within ${limits.timeoutMs / 1_000} seconds`)),
    );
    const stop = (): void => {
      cancel();
      request.off('data', add).off('end', done).off('close', disconnected).off('error', disconnected);
    };
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    const add = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limits.bytes) fail(tooLarge(limits.bytes));
      else chunks.push(chunk);
    };
    const done = (): void => {
      stop();
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, length));
    };
    const disconnected = (): void => fail(new ClientDisconnected('the client disconnected while sending its body'));
    request.on('data', add).on('end', done).on('close', disconnected).on('error', disconnected);
  });
}
