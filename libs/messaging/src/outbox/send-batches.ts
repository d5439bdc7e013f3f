import type { OutboxRow } from '../ports/index.js';

/** Bytes a send. The broker accepts 1 MiB for the batch of a partition. */
const maxBytes = 900_000;

/** Splits rows, in their order, into parts that the broker accepts in one send. */
export function* sendBatches<R extends Pick<OutboxRow, 'payload'>>(rows: readonly R[]): Generator<R[]> {
  let batch: R[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = (row.payload?.length ?? 0) + 500;
    if (batch.length > 0 && bytes + size > maxBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
