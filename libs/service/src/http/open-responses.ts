import type { Server } from 'node:http';
import type { Timers } from '@tradewind/kernel';
import type { RequestHandler, Response } from 'express';
import { withTimeout } from '../waiting/index.js';

const isStream = (response: Response): boolean =>
  String(response.getHeader('content-type')).startsWith('text/event-stream');

/** The responses in progress. At shutdown they are completed, streams are ended, and nothing new is accepted. */
export class OpenResponses {
  readonly #open = new Set<Response>();
  #closing = false;

  constructor(private readonly timers: Timers) {}

  get count(): number {
    return this.#open.size;
  }

  readonly middleware: RequestHandler = (_request, response, next) => {
    if (this.#closing) response.setHeader('Connection', 'close');
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    next();
  };

  /** Stops accepting and resolves after the last response. Closes the remaining connections after the timeout. */
  async close(server: Server, timeoutMs: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const response of this.#open) {
      if (isStream(response)) response.end();
      else if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    server.closeIdleConnections();
    await withTimeout(this.timers, timeoutMs, closed, undefined);
    server.closeAllConnections();
    await closed;
  }
}
