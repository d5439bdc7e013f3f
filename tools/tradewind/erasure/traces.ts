/** Something that must not be found any more, and what it is called in a finding. */
export interface Trace {
  readonly what: string;
  /** The forms in which it may be stored: as it is, inside JSON (also JSON in JSON in JSON), and in hexadecimal bytes. */
  readonly forms: readonly string[];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

export const traceOf = (what: string, text: string): Trace => {
  const once = inJson(text);
  const twice = inJson(once);
  return { what, forms: [...new Set([text, once, twice, inJson(twice), Buffer.from(text).toString('hex')])] };
};

/** A trace at a place: a table, a topic, a file. */
export interface Finding {
  readonly what: string;
  readonly where: string;
  readonly count: number;
}

/** Counts the texts in which each trace occurs. */
export class TraceCounter {
  readonly #counts = new Map<Trace, number>();

  constructor(private readonly traces: readonly Trace[]) {}

  add(text: string): void {
    for (const trace of this.traces)
      if (trace.forms.some((form) => text.includes(form))) this.#counts.set(trace, (this.#counts.get(trace) ?? 0) + 1);
  }

  findings(where: string): Finding[] {
    return [...this.#counts].map(([{ what }, count]) => ({ what, where, count }));
  }
}
