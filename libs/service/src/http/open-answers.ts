import type { Server } from 'node:http';
import type { Timers } from '@tradewind/kernel';
import type { RequestHandler, Response } from 'express';
import { within } from '../waiting/index.js';

const isStream = (response: Response): boolean =>
  String(response.getHeader('content-type')).startsWith('text/event-stream');

/** The answers that are being given; at shutdown they are finished, streams are ended, and nothing new is accepted. */
export class OpenAnswers {
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

  /** Stops accepting, and resolves when the last answer is out; after that many milliseconds the rest is cut. */
  async close(server: Server, patience: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const response of this.#open) {
      if (isStream(response)) response.end();
      else if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    server.closeIdleConnections();
    await within(this.timers, patience, closed, undefined);
    server.closeAllConnections();
    await closed;
  }
}
