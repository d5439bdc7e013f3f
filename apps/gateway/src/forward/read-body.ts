import type { IncomingMessage } from 'node:http';
import type { Timers } from '@tradewind/kernel';
import { problem } from '@tradewind/service';

/** The client went away: nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

export interface BodyLimits {
  readonly bytes: number;
  readonly milliseconds: number;
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined ||
  (headers['content-length'] !== undefined && headers['content-length'] !== '0');

const tooLarge = (bytes: number) =>
  problem(413, 'body-too-large', `the body must not have more than ${Math.floor(bytes / 1_024)} kB`);

/**
 * The bytes of the body, as they came. Read whole before anything is sent on: so a slow client holds no connection of a
 * service, and a call can be made again. Throws 413, 408, or ClientGone.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits, timers: Timers): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) return Promise.reject(tooLarge(limits.bytes));
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const cancel = timers.after(limits.milliseconds, () =>
      fail(problem(408, 'body-too-slow', `the body did not arrive within ${limits.milliseconds / 1_000} seconds`)),
    );
    const stop = (): void => {
      cancel();
      request.off('data', take).off('end', done).off('close', gone).off('error', gone);
    };
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    const take = (part: Buffer): void => {
      length += part.length;
      if (length > limits.bytes) fail(tooLarge(limits.bytes));
      else parts.push(part);
    };
    const done = (): void => {
      stop();
      resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts, length));
    };
    const gone = (): void => fail(new ClientGone('the client broke off while sending its body'));
    request.on('data', take).on('end', done).on('close', gone).on('error', gone);
  });
}
