import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Question } from './questions.js';

/** Asks one question at one address, over connections that stay open. Any answer but the right one ends it. */
export class Asker {
  readonly #pool: Pool;

  constructor(
    private readonly question: Question,
    origin: string,
    private readonly inFlight: number,
    private readonly token: string,
  ) {
    this.#pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
  }

  /** Keeps so many requests in flight, for so long. How many were answered. */
  async filling(milliseconds: number): Promise<number> {
    const end = performance.now() + milliseconds;
    let answered = 0;
    const asking = async (): Promise<void> => {
      for (; performance.now() < end; answered++) await this.#ask();
    };
    await Promise.all(Array.from({ length: this.inFlight }, asking));
    return answered;
  }

  /** So many requests a second, whatever becomes of them, for so long. Milliseconds from each request to its answer. */
  async steadily(perSecond: number, milliseconds: number): Promise<number[]> {
    const waits: Promise<number>[] = [];
    const since = performance.now();
    let broken: unknown;
    for (let passed = 0; passed < milliseconds && broken === undefined; passed = performance.now() - since) {
      while (waits.length < (passed / 1_000) * perSecond) {
        const from = performance.now();
        const wait = this.#ask().then(() => performance.now() - from);
        wait.catch((error: unknown) => (broken = error)); // ends the asking at once; whoever awaits the rest gets it
        waits.push(wait);
      }
      await pause(1);
    }
    return Promise.all(waits);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #ask(): Promise<void> {
    const { path, needsToken, answer } = this.question;
    const { statusCode, body } = await this.#pool.request({
      method: 'GET',
      path,
      ...(needsToken && { headers: { authorization: `Bearer ${this.token}` } }),
    });
    const text = await body.text();
    if (statusCode !== 200 || text !== answer)
      throw new Error(`${this.question.name} was answered with ${statusCode} ${text.slice(0, 300)}`);
  }
}
