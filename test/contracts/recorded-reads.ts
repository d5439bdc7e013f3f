import { Decision } from '@tradewind/messaging';

/** The fields of a message that were read: `lines[].quantity`. */
export class RecordedReads {
  readonly #paths = new Set<string>();
  /** What a recorder of a part stands for. */
  readonly #parts = new WeakMap<object, { readonly path: string; readonly value: object }>();

  /** The fields, without those inside one that was read as a whole. */
  get fields(): string[] {
    const paths = [...this.#paths];
    const isInside = (path: string): boolean =>
      paths.some((other) => other !== path && (path.startsWith(`${other}.`) || path.startsWith(`${other}[]`)));
    return paths.filter((path) => !isInside(path)).sort();
  }

  /** The message, which records each field that is read of it. */
  recorder<T extends object>(message: T): T {
    return this.#recorder(message, '') as T;
  }

  /** The value without recorders. A part that is in it was read as a whole. */
  plain<T>(value: T): T {
    return this.#plain(value, new Set()) as T;
  }

  #recorder(value: object, path: string): object {
    const recorder = new Proxy(value, {
      get: (target, property) => {
        const inner = Reflect.get(target, property) as unknown;
        if (typeof property === 'symbol' || typeof inner === 'function') return inner;
        if (Array.isArray(target) && property === 'length') return inner;
        const field = Array.isArray(target) ? `${path}[]` : path ? `${path}.${property}` : property;
        if (typeof inner === 'object' && inner !== null) return this.#recorder(inner, field);
        this.#paths.add(field);
        return inner;
      },
    });
    this.#parts.set(recorder, { path, value });
    return recorder;
  }

  #plain(value: unknown, seen: Set<object>): unknown {
    if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value)) return value;
    const part = this.#parts.get(value);
    if (part) {
      if (part.path) this.#paths.add(part.path);
      return part.value;
    }
    if (seen.has(value)) return value;
    seen.add(value);
    if (value instanceof Decision) return this.#plainDecision(value, seen);
    if (Array.isArray(value)) return value.map((each) => this.#plain(each, seen));
    const entries = Object.entries(value).map(([name, each]) => [name, each, this.#plain(each, seen)] as const);
    if (entries.every(([, before, after]) => before === after)) return value;
    return Object.assign(
      Object.create(Object.getPrototypeOf(value) as object) as object,
      Object.fromEntries(entries.map(([name, , after]) => [name, after])),
    );
  }

  /** In place: a timeout refers to the message that starts it. */
  #plainDecision(decision: Decision<unknown>, seen: Set<object>): Decision<unknown> {
    for (const change of decision.changes) Object.assign(change, { row: this.#plain(change.row, seen) });
    for (const message of decision.messages) Object.assign(message, { fields: this.#plain(message.fields, seen) });
    for (const effect of decision.effects) Object.assign(effect, { payload: this.#plain(effect.payload, seen) });
    return decision;
  }
}
