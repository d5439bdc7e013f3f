import { createHash } from 'node:crypto';

/** The metadata of a committed offset: the first offset of the run, and a hash of the types that its consumer handles. */
export const offsetMetadata = (first: bigint, handledTypes: string): string => `${first} ${handledTypes}`;

export function readOffsetMetadata(
  metadata: string,
): { readonly first: bigint; readonly handledTypes: string } | undefined {
  const [, first, handledTypes] = /^(\d{1,19}) (\w+)$/.exec(metadata) ?? [];
  return first === undefined || handledTypes === undefined ? undefined : { first: BigInt(first), handledTypes };
}

/** Identifies a set of message types. */
export const handledTypesHash = (types: readonly string[]): string =>
  createHash('sha256')
    .update([...types].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);
