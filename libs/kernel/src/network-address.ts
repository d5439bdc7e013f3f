/** The eight groups of an IPv6 address, or undefined. */
function groupsOf(address: string): readonly number[] | undefined {
  const [plain = ''] = address.split('%', 1); // without its zone
  const [head = '', tail, ...more] = withoutDots(plain).split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - groups.length - after.length;
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...after];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? all.map((group) => Number.parseInt(group, 16))
    : undefined;
}

/** `::ffff:10.0.0.1` → `::ffff:a00:1` */
function withoutDots(address: string): string {
  const start = address.lastIndexOf(':') + 1;
  const bytes = ipv4Bytes(address.slice(start));
  if (bytes === undefined) return address;
  const [a, b, c, d] = bytes;
  return `${address.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function ipv4Bytes(address: string): readonly [number, number, number, number] | undefined {
  const parts = address.split('.', 5);
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number) as [number, number, number, number];
}

const isMapped = (groups: readonly number[]): boolean =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

/** One spelling for every IP address: lower case, an IPv4 address for an IPv4-mapped one. Undefined for any other text. */
export function ipAddress(text: string): string | undefined {
  if (ipv4Bytes(text)) return text;
  const groups = groupsOf(text);
  if (!groups) return undefined;
  if (!isMapped(groups)) return groups.map((group) => group.toString(16)).join(':');
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** What limits count: an IPv4 address, or the /64 network of an IPv6 address, because one client usually has a whole /64. Other texts as they are. */
export function limitedNetwork(address: string): string {
  const plain = ipAddress(address) ?? address;
  return plain.includes(':') ? plain.split(':').slice(0, 4).join(':') : plain;
}
