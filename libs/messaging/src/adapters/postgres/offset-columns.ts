import type { PartitionOffset } from '../../ports/kafka-client.js';

/** The columns of `unnest($1::text[], $2::int[], $3::bigint[])`: topics, partitions, offsets. */
export const offsetColumns = (offsets: readonly PartitionOffset[]): [string[], number[], string[]] => [
  offsets.map(({ topic }) => topic),
  offsets.map(({ partition }) => partition),
  offsets.map(({ offset }) => offset.toString()),
];
