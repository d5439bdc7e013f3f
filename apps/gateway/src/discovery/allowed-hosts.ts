import { BlockList, isIP } from 'node:net';

/** A host name, `*.suffix`, an IP address or a network such as `10.0.0.0/8`. */
const entryForm = /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether the entry can be in the list of hosts. */
export function isHostEntry(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (bits === undefined) return family !== 0 || entryForm.test(entry);
  return rest.length === 0 && family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** The hosts at which instances may listen. An empty list allows every host. */
export class AllowedHosts {
  readonly #networks = new BlockList();
  readonly #names = new Set<string>();
  readonly #suffixes: string[] = [];

  constructor(private readonly entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', bits] = entry.split('/');
      if (bits !== undefined) this.#networks.addSubnet(address, Number(bits), familyOf(address));
      else if (isIP(entry) !== 0) this.#networks.addAddress(entry, familyOf(entry));
      else if (entry.startsWith('*.')) this.#suffixes.push(entry.slice(1).toLowerCase());
      else this.#names.add(entry.toLowerCase());
    }
  }

  /** `origin`: a valid HTTP origin. */
  allows(origin: string): boolean {
    if (this.entries.length === 0) return true;
    const host = new URL(origin).hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (isIP(host) !== 0) return this.#networks.check(host, familyOf(host));
    return this.#names.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix));
  }
}
