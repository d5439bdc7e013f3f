/** A line of a service's log. */
export interface LogLine {
  readonly time: string;
  readonly service: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

/** Undefined for what is no line of a service: the logs of PostgreSQL and Kafka lie beside them. */
export function parseLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const line = JSON.parse(text) as Partial<LogLine>;
    return typeof line.time === 'string' && typeof line.service === 'string' ? (line as LogLine) : undefined;
  } catch {
    return undefined; // a process that was killed leaves half a line
  }
}

/** The lines that belong to an order, of all services, in the order of their times: they have its id, or are of its traces. */
export function linesOfOrder(files: Iterable<string>, orderId: string): LogLine[] {
  const named: LogLine[] = [];
  const traced = new Map<string, LogLine[]>();
  for (const file of files)
    for (const text of file.split('\n')) {
      const isNamed = text.includes(orderId);
      const line = isNamed || text.includes('"trace_id"') ? parseLine(text) : undefined;
      if (line && isNamed) named.push(line);
      else if (line) traced.set(String(line['trace_id']), [...(traced.get(String(line['trace_id'])) ?? []), line]);
    }
  const traces = new Set(named.flatMap((line) => (line['trace_id'] === undefined ? [] : [String(line['trace_id'])])));
  const others = [...traces].flatMap((trace) => traced.get(trace) ?? []);
  return [...named, ...others].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

const shown = new Set(['time', 'service', 'instance', 'level', 'msg', 'context', 'correlation_id', 'span_id']);

/** A line for a person: time, instance, level, message, and the other fields. */
export function lineText(line: LogLine): string {
  const { time, service, instance = service, level, msg = '' } = line;
  const fields = Object.entries(line)
    .filter(([name]) => !shown.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return [time, String(instance), level, String(msg), ...fields].filter(Boolean).join(' ');
}
