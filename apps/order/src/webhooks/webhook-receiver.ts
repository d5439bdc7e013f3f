import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';
import { OrderConfig } from '../order.config.js';
import { isPublicAddress } from './public-address.js';
import { urlProblem, type WebhookTargets } from './webhook-url.js';

/** Longest time of one call until its complete answer, in milliseconds. */
const timeoutMs = 10_000;
/** What is read of an answer, in bytes: its content is not used. */
const answerLimit = 16 * 1_024;

/**
 * Calls the endpoints of partners, whose URLs are not trusted. It connects only to an address that it has checked itself, so a name that gets
 * another address after a check leads nowhere; it follows no redirect; time and size are limited.
 */
@Injectable()
export class WebhookReceiver implements OnApplicationShutdown {
  readonly #targets: WebhookTargets;
  readonly #agent: Agent;

  constructor({ WEBHOOK_TARGETS: targets }: OrderConfig) {
    this.#targets = targets;
    const checked = targets === 'public-https' ? { lookup: lookUpPublic } : {};
    this.#agent = new Agent({ connections: 1, pipelining: 1, connect: { timeout: timeoutMs, ...checked } });
  }

  /** The status of the answer. Rejects without one. */
  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<number> {
    const problem = urlProblem(url, this.#targets);
    if (problem !== undefined) throw new Error(`the endpoint is not called: its URL ${problem}`);
    const { origin, pathname, search } = new URL(url);
    const answer = await this.#agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: { ...headers, 'user-agent': 'tradewind-webhooks' },
      body,
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]),
    });
    await answer.body.dump({ limit: answerLimit });
    return answer.statusCode;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#agent.destroy();
  }
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Finds the addresses of a name, and none if one of them is not public. */
export function lookUpPublic(host: string, options: LookupOptions, found: Found): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error) found(error, []);
    else if (!first || addresses.some(({ address }) => !isPublicAddress(address)))
      found(new Error(`the endpoint is not called: ${host} has an address that is not public`), []);
    else if (options.all) found(null, addresses);
    else found(null, first.address, first.family);
  });
}
