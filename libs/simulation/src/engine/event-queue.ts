/** An event of the simulation. `at` is in microseconds since the simulation began. */
export interface SimulatedEvent {
  readonly at: number;
  /** Drawn from the seed: decides the order of two events at the same time. */
  readonly tieBreaker: number;
  readonly actor: string;
  readonly name: string;
  readonly detail: string;
  readonly run: () => void;
  cancelled: boolean;
}

const isBefore = (a: SimulatedEvent, b: SimulatedEvent): boolean =>
  a.at === b.at ? a.tieBreaker < b.tieBreaker : a.at < b.at;

/** A binary heap of events, the earliest first. */
export class EventQueue {
  readonly #heap: SimulatedEvent[] = [];

  add(event: SimulatedEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  /** The next event that is not cancelled, without removing it. */
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
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, event)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  }
}
