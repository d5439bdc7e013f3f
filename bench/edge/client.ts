import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Endpoint } from './endpoints.js';

/** Sends requests to one endpoint, over connections that stay open. An unexpected response is an error. */
export class Client {
  readonly #pool: Pool;

  constructor(
    private readonly endpoint: Endpoint,
    origin: string,
    private readonly inFlight: number,
    private readonly token: string,
  ) {
    this.#pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
  }

  /** Keeps as many requests in flight as there are connections. Returns the number of responses. */
  async fullLoad(milliseconds: number): Promise<number> {
    const end = performance.now() + milliseconds;
    let responses = 0;
    const run = async (): Promise<void> => {
      for (; performance.now() < end; responses++) await this.#request();
    };
    await Promise.all(Array.from({ length: this.inFlight }, run));
    return responses;
  }

  /** Sends requests at a rate, independent of their responses. Returns the milliseconds of each. */
  async steadyRate(perSecond: number, milliseconds: number): Promise<number[]> {
    const waits: Promise<number>[] = [];
    const since = performance.now();
    let failed = false;
    for (let passed = 0; passed < milliseconds && !failed; passed = performance.now() - since) {
      while (waits.length < (passed / 1_000) * perSecond) {
        const from = performance.now();
        const wait = this.#request().then(() => performance.now() - from);
        wait.catch(() => (failed = true)); // stops the loop; `Promise.all` rejects
        waits.push(wait);
      }
      await pause(1);
    }
    return Promise.all(waits);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request(): Promise<void> {
    const { name, path, needsToken, response } = this.endpoint;
    const headers = needsToken ? { authorization: `Bearer ${this.token}` } : {};
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path, headers });
    const text = await body.text();
    if (statusCode !== 200 || text !== response)
      throw new Error(`the response of ${name} was ${statusCode} ${text.slice(0, 300)}`);
  }
}
