import type { Admin } from 'kafkajs';
import { GroupHasMembers } from '../../ports/errors.js';
import type { PartitionOffset } from '../../ports/kafka-client.js';
import { withTimeout } from '../../ports/waiting.js';
import { systemTimers } from '../system/system.js';
import type { KafkajsConnection } from './kafkajs-connection.js';
import { KafkajsReader } from './kafkajs-reader.js';

/** Longest wait for the group, and the interval at which a closed client is noticed. */
const joinTimeoutMs = 30_000;
const joinIntervalMs = 250;

/**
 * Commits all offsets at once, as a member of the group. The admin client of kafkajs joins the group once per topic and waits 5 s each
 * time, until a fetch of nothing times out. The member fetches nothing: kafkajs would commit another offset for a partition whose
 * committed offset is out of range. The caller must read the offsets back, because kafkajs skips a commit while it restarts.
 */
export async function commitAsMember(
  { group, topics }: { readonly group: string; readonly topics: readonly string[] },
  connection: KafkajsConnection,
  offsets: readonly PartitionOffset[],
): Promise<void> {
  const reader = new KafkajsReader(connection, { group, topics, onFatal: () => undefined });
  const { consumer } = reader;
  const joined = new Promise<true>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      consumer.pause(topics.map((topic) => ({ topic })));
      resolve(true);
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => reject(error));
  });
  joined.catch(() => undefined); // It is awaited below.
  try {
    await reader.start(() => Promise.resolve(), { resolves: true });
    for (let waited = 0; !(await withTimeout(systemTimers, joinIntervalMs, joined, false)); waited += joinIntervalMs) {
      if (connection.sockets.closed) throw new Error('the client is closed');
      if (waited >= joinTimeoutMs) throw new Error(`the group ${group} could not be joined in ${joinTimeoutMs} ms`);
    }
    await consumer.commitOffsets(
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
