/** A response to a fetch. The messages of a partition become a batch. */
interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly { readonly messages: object }[] }[];
}

/** The used part of a broker of kafkajs, as the consumer group calls it. */
export interface FetchingBroker {
  fetch(request: object): Promise<FetchResponse>;
}

const outdated = new WeakMap<object, () => boolean>();

/** Whether the member joined again after the batch was fetched. The batch then arrives again, at the instance that is assigned the partition, unless it was resolved. */
export const isOutdated = (batch: object): boolean =>
  outdated.get((batch as { readonly rawMessages: object }).rawMessages)?.() ?? false;

/**
 * kafkajs 2.2.4 fetches from each broker separately. When one fetch finds a new leader or new partitions, the member joins again while
 * the other fetches continue. Their records then count as read after the join, although the offsets went back to the committed ones, and
 * the records between are skipped. So a batch remembers the assignment under which it was fetched. One for each consumer.
 */
export class FetchGenerations {
  #isOutdated = this.#next();

  /** The member joined, and begins again at its committed offsets. */
  begin(): void {
    this.#isOutdated = this.#next();
  }

  /**
   * Call it in the same turn of the event loop in which the fetch reads its offsets. Returns whether the member joined since; the same function
   * until it does.
   */
  remember(): () => boolean {
    return this.#isOutdated;
  }

  #next(): () => boolean {
    const isOutdated = (): boolean => this.#isOutdated !== isOutdated;
    return isOutdated;
  }
}

/** An outdated response is returned without records. */
export async function fetchWith(
  broker: FetchingBroker,
  request: object,
  isOutdated: () => boolean,
): Promise<FetchResponse> {
  const response = await broker.fetch(request);
  if (isOutdated()) return { ...response, responses: [] };
  for (const { partitions } of response.responses)
    for (const { messages } of partitions) outdated.set(messages, isOutdated);
  return response;
}
