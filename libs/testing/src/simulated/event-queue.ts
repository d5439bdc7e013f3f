/** Something that is going to happen: when (microseconds since the simulation began), to whom, what, and about what. */
export interface SimulatedEvent {
  readonly at: number;
  /** Drawn from the seed: which of two events of one instant comes first. */
  readonly tie: number;
  readonly who: string;
  readonly what: string;
  readonly about: string;
  readonly run: () => void;
  cancelled: boolean;
}

const before = (a: SimulatedEvent, b: SimulatedEvent): boolean => (a.at === b.at ? a.tie < b.tie : a.at < b.at);

/** A heap of events, the earliest first. Cancelled ones are passed over. */
export class EventQueue {
  readonly #heap: SimulatedEvent[] = [];

  add(event: SimulatedEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  /** The next event, left where it is; undefined when nothing is to come. */
  peek(): SimulatedEvent | undefined {
    while (this.#heap[0]?.cancelled === true) this.take();
    return this.#heap[0];
  }

  take(): SimulatedEvent | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length > 0) this.#sink(last!);
    return first;
  }

  #sink(event: SimulatedEvent): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, event)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  }
}
