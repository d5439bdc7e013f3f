import type { OutboxRow } from '../store/store.js';

/** Bytes a send: the broker takes 1 MiB a partition's batch. */
const byteLimit = 900_000;

/** Rows in their order, in parts that the broker takes at once. */
export function* batchesOf<R extends Pick<OutboxRow, 'payload'>>(rows: readonly R[]): Generator<R[]> {
  let batch: R[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = (row.payload?.length ?? 0) + 500;
    if (batch.length > 0 && bytes + size > byteLimit) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
