interface Line {
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly key: string;
}

interface Amount {
  /** Whole minor units of the currency. */
  readonly amount: number;
  readonly currency: string;
}

/** Money moved from the buyer to the shop. */
export interface TakeEntry extends Line, Amount {
  readonly operation: 'take';
  readonly method: string;
  readonly reference: string;
}

/** The provider declined. No money moved. */
export interface DeclineEntry extends Line, Amount {
  readonly operation: 'decline';
  readonly method: string;
  readonly reason: string;
}

/** Money of an earlier take was refunded. */
export interface RefundEntry extends Line, Amount {
  readonly operation: 'refund';
  readonly reference: string;
  readonly takeKey: string;
}

/** A take with this key can't succeed any more. */
export interface VoidEntry extends Line {
  readonly operation: 'void';
}

/** One line of the log: a final operation. Never contains card data. */
export type Entry = TakeEntry | DeclineEntry | RefundEntry | VoidEntry;

const fields: Readonly<Record<Entry['operation'], readonly string[]>> = {
  take: ['currency', 'method', 'reference'],
  decline: ['currency', 'method', 'reason'],
  refund: ['currency', 'reference', 'takeKey'],
  void: [],
};

/** Parses a line of the log. Throws an Error that describes the fault. */
export function parseEntry(line: string): Entry {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) throw new Error('it is not a JSON object');
  const { operation, ...rest } = entry as Record<string, unknown>;
  if (typeof operation !== 'string' || !Object.hasOwn(fields, operation)) throw new Error('it has no known operation');
  const texts = ['at', 'key', ...fields[operation as Entry['operation']]];
  const missing = texts.find((name) => typeof rest[name] !== 'string');
  if (missing !== undefined) throw new Error(`its ${missing} is missing`);
  if (operation !== 'void' && !Number.isSafeInteger(rest['amount']))
    throw new Error('its amount is not a whole number');
  return entry as Entry;
}
