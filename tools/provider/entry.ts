interface Line {
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly key: string;
}

interface Sum {
  /** Whole minor units of the currency. */
  readonly amount: number;
  readonly currency: string;
}

/** Money went from the buyer to the shop. */
export interface TakeEntry extends Line, Sum {
  readonly operation: 'take';
  readonly method: string;
  readonly reference: string;
}

/** The provider said no. Nothing moved. */
export interface DeclineEntry extends Line, Sum {
  readonly operation: 'decline';
  readonly method: string;
  readonly reason: string;
}

/** Money of an earlier take went back. */
export interface RefundEntry extends Line, Sum {
  readonly operation: 'refund';
  readonly reference: string;
  readonly takeKey: string;
}

/** From here on a take with this key can't succeed. */
export interface VoidEntry extends Line {
  readonly operation: 'void';
}

/** One line of the log: something that happened and can't be unsaid. It never holds card data. */
export type Entry = TakeEntry | DeclineEntry | RefundEntry | VoidEntry;

const fields: Readonly<Record<Entry['operation'], readonly string[]>> = {
  take: ['currency', 'method', 'reference'],
  decline: ['currency', 'method', 'reason'],
  refund: ['currency', 'reference', 'takeKey'],
  void: [],
};

/** Reads a line of the log back. Throws an Error that says what is wrong with it. */
export function parseEntry(line: string): Entry {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) throw new Error('it is not a JSON object');
  const { operation, ...rest } = entry as Record<string, unknown>;
  if (typeof operation !== 'string' || !Object.hasOwn(fields, operation)) throw new Error('it has no known operation');
  const texts = ['at', 'key', ...fields[operation as Entry['operation']]];
  const missing = texts.find((name) => typeof rest[name] !== 'string');
  if (missing !== undefined) throw new Error(`its ${missing} is missing`);
  if (operation !== 'void' && !Number.isSafeInteger(rest['amount'])) throw new Error('its amount is no whole number');
  return entry as Entry;
}
