import { isIP } from 'node:net';
import { isNetwork, Networks } from '../limits/networks.js';

/** A host name, `*.suffix`, an IP address or a network such as `10.0.0.0/8`. */
const entryForm = /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/** Whether the entry can be in the list of hosts. */
export const isHostEntry = (entry: string): boolean => isNetwork(entry) || (isIP(entry) === 0 && entryForm.test(entry));

/** The hosts at which instances may listen. An empty list allows every host. */
export class AllowedHosts {
  readonly #networks: Networks;
  readonly #names = new Set<string>();
  readonly #suffixes: string[] = [];

  constructor(private readonly entries: readonly string[]) {
    this.#networks = new Networks(entries.filter(isNetwork));
    for (const entry of entries.filter((each) => !isNetwork(each))) {
      if (entry.startsWith('*.')) this.#suffixes.push(entry.slice(1).toLowerCase());
      else this.#names.add(entry.toLowerCase());
    }
  }

  /** `origin`: a valid HTTP origin. */
  allows(origin: string): boolean {
    if (this.entries.length === 0) return true;
    const host = new URL(origin).hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (isIP(host) !== 0) return this.#networks.has(host);
    return this.#names.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix));
  }
}
