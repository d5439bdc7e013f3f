import type { Admin } from 'kafkajs';
import { groupBy } from '@tradewind/kernel';
import type { TopicPartition } from './kafka-client.js';

/** Somebody reads as a member of the group: its positions are not anybody else's to set. */
export class GroupHasMembers extends Error {
  override readonly name = 'GroupHasMembers';
  constructor(group: string) {
    super(`the group ${group} has members: stop the instances that consume in it`);
  }
}

export async function setGroup(
  admin: Admin,
  group: string,
  positions: readonly (TopicPartition & { readonly next: bigint })[],
): Promise<void> {
  await refuseMembers(admin, group);
  for (const [topic, places] of groupBy(positions, (position) => position.topic)) {
    await admin.setOffsets({
      groupId: group,
      topic,
      partitions: places.map(({ partition, next }) => ({ partition, offset: next.toString() })),
    });
  }
}

export async function forgetGroup(admin: Admin, group: string): Promise<void> {
  if (await refuseMembers(admin, group)) await admin.deleteGroups([group]);
}

/** False where there is no such group. */
async function refuseMembers(admin: Admin, group: string): Promise<boolean> {
  const { groups } = await admin.describeGroups([group]);
  const [{ state, members } = { state: 'Dead', members: [] }] = groups;
  if (members.length > 0) throw new GroupHasMembers(group);
  return state !== 'Dead';
}
