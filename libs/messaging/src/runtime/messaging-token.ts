const tokens = new Map<unknown, Map<string, symbol>>();

/**
 * The injection token of a part of a MessagingModule with a name: `@Inject(messagingToken(Outbox, 'billing'))`. Without a name it is the part
 * itself.
 */
export function messagingToken<T extends abstract new (...args: never[]) => unknown>(
  part: T,
  name?: string,
): T | symbol;
export function messagingToken(part: symbol, name?: string): symbol;
export function messagingToken(part: { readonly name: string } | symbol, name?: string): unknown {
  if (name === undefined) return part;
  const named = tokens.get(part) ?? new Map<string, symbol>();
  tokens.set(part, named);
  const known = named.get(name) ?? Symbol(`${typeof part === 'symbol' ? part.description : part.name} of ${name}`);
  named.set(name, known);
  return known;
}
