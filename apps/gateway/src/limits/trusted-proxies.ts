import { ipAddress } from '@tradewind/kernel';
import { Networks } from './networks.js';

/** `10.0.0.1:443` and `[2001:db8::1]:443` have a port. */
const entryForm = /^(?:\[([0-9a-f:.]+)\](?::\d{1,5})?|(\d[\d.]*)(?::\d{1,5})?|([0-9a-f:.]+))$/i;

function addressOf(entry: string): string | undefined {
  const [, bracketed, ipv4, plain] = entryForm.exec(entry) ?? [];
  return ipAddress(bracketed ?? ipv4 ?? plain ?? '');
}

/** Finds the address of a client behind proxies that are known by their networks. */
export class TrustedProxies {
  readonly #networks: Networks;

  constructor(entries: readonly string[]) {
    this.#networks = new Networks(entries);
  }

  /**
   * The peer of the connection or, behind a trusted proxy, the right-most address of `X-Forwarded-For` that is not a trusted proxy: what
   * stands left of it was written by the client. An entry that is no address ends the search.
   */
  clientOf(peer: string | undefined, forwardedFor: string | undefined): string {
    let client = ipAddress(peer ?? '') ?? 'unknown';
    for (const entry of (forwardedFor ?? '').split(',').reverse()) {
      if (!this.#networks.has(client)) break;
      const address = addressOf(entry.trim());
      if (address === undefined) break;
      client = address;
    }
    return client;
  }
}
