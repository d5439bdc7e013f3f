import type { Admin } from 'kafkajs';
import { GroupHasMembers } from '../../ports/errors.js';
import type { PartitionOffset } from '../../ports/kafka-client.js';
import type { KafkajsConnection } from './kafkajs-connection.js';
import { KafkajsReader } from './kafkajs-reader.js';

/**
 * Commits all offsets at once, as a member of the group. The admin client of kafkajs joins the group once per topic and waits 5 s each
 * time, until a fetch of nothing times out.
 */
export async function commitAsMember(
  { group, topics }: { readonly group: string; readonly topics: readonly string[] },
  connection: KafkajsConnection,
  offsets: readonly PartitionOffset[],
): Promise<void> {
  let [join, fail]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
  const joined = new Promise<void>((resolve, reject) => ([join, fail] = [resolve, reject]));
  const reader = new KafkajsReader(connection, { group, topics, onFatal: (error) => fail(error) });
  reader.consumer.on(reader.consumer.events.GROUP_JOIN, () => join());
  try {
    await Promise.all([reader.start(() => Promise.resolve(), { resolves: true }), joined]);
    await reader.consumer.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset.toString() })),
    );
  } finally {
    await reader.close();
  }
}

export async function deleteGroupOffsets(admin: Admin, group: string): Promise<void> {
  if (await rejectMembers(admin, group)) await admin.deleteGroups([group]);
}

/** Rejects with GroupHasMembers while the group has members. False when the group does not exist. */
export async function rejectMembers(admin: Admin, group: string): Promise<boolean> {
  const { groups } = await admin.describeGroups([group]);
  const [{ state, members } = { state: 'Dead', members: [] }] = groups;
  if (members.length > 0) throw new GroupHasMembers(group);
  return state !== 'Dead';
}
