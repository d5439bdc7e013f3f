/** One list after another; can be read again. */
export const concatenated = <T>(...lists: readonly Iterable<T>[]): Iterable<T> => ({
  *[Symbol.iterator]() {
    for (const list of lists) yield* list;
  },
});

export function* filtered<T>(list: Iterable<T>, isWanted: (item: T) => boolean): Generator<T> {
  for (const item of list) if (isWanted(item)) yield item;
}

/** Neighbours with the same key, of a list that is sorted by it. */
export function* grouped<T>(sorted: Iterable<T>, keyOf: (item: T) => string): Generator<[string, readonly T[]]> {
  let key: string | undefined;
  let group: T[] = [];
  for (const item of sorted) {
    const next = keyOf(item);
    if (key !== undefined && next !== key) {
      yield [key, group];
      group = [];
    }
    key = next;
    group.push(item);
  }
  if (key !== undefined) yield [key, group];
}

/** Merges sorted lists into one; equal ids are adjacent. For few lists of any length. */
export function* mergeSorted<T>(lists: readonly Iterable<T>[], idOf: (item: T) => string): Generator<T> {
  const heads = lists.flatMap((list) => headOf(list[Symbol.iterator](), idOf));
  while (heads.length > 0) {
    const least = heads.reduce((a, b) => (b.id < a.id ? b : a));
    yield least.value;
    const [next] = headOf(least.rest, idOf);
    if (next) heads[heads.indexOf(least)] = next;
    else heads.splice(heads.indexOf(least), 1);
  }
}

interface Head<T> {
  readonly id: string;
  readonly value: T;
  readonly rest: Iterator<T>;
}

function headOf<T>(rest: Iterator<T>, idOf: (item: T) => string): Head<T>[] {
  const { value, done } = rest.next();
  return done ? [] : [{ id: idOf(value), value, rest }];
}

/** Joins two sorted lists by id: each id once, with the item of either list. Of repeated items the first counts. */
export function* pairSorted<A, B>(
  left: Iterable<A>,
  leftId: (item: A) => string,
  right: Iterable<B>,
  rightId: (item: B) => string,
): Generator<{ id: string; left?: A; right?: B }> {
  const lefts = distinct(left, leftId);
  const rights = distinct(right, rightId);
  let a = lefts.next();
  let b = rights.next();
  while (a || b) {
    if (a && (!b || a.id < b.id)) {
      yield { id: a.id, left: a.value };
      a = lefts.next();
    } else if (b && (!a || b.id < a.id)) {
      yield { id: b.id, right: b.value };
      b = rights.next();
    } else {
      yield { id: a!.id, left: a!.value, right: b!.value };
      a = lefts.next();
      b = rights.next();
    }
  }
}

function distinct<T>(list: Iterable<T>, idOf: (item: T) => string): { next(): { id: string; value: T } | undefined } {
  const iterator = list[Symbol.iterator]();
  let last: string | undefined;
  return {
    next() {
      for (;;) {
        const { value, done } = iterator.next() as IteratorResult<T, undefined>;
        if (done) return undefined;
        const id = idOf(value);
        if (id !== last) return { id: (last = id), value };
      }
    },
  };
}
