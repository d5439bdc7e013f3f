export interface SentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

const field = (block: string, name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';

/** Reads server-sent events until `count` have arrived or the stream ends. Ignores heartbeats. */
export async function readEvents(
  url: string,
  headers: Record<string, string>,
  count = Number.POSITIVE_INFINITY,
): Promise<SentEvent[]> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  if (response.headers.get('content-type') !== 'text/event-stream')
    throw new Error(`no stream: ${response.status} ${await response.text()}`);
  const events: SentEvent[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks.filter((each) => !each.startsWith(':'))) {
      events.push({
        id: field(block, 'id'),
        event: field(block, 'event'),
        data: JSON.parse(field(block, 'data')) as Record<string, unknown>,
      });
    }
    if (events.length >= count) break;
  }
  abort.abort();
  return events;
}
