import {
  DeadLetters,
  groupDeadLetters,
  recordRedrive,
  redriveInOrder,
  type BlockedKey,
  type OfService,
} from '@tradewind/operations';
import { counted } from '../html/elements.js';
import { keysRead, redriveSizes } from '../screens/dead-letters/reading.js';
import { action, type Plan } from './plan.js';

interface RedrivePlan extends Plan {
  readonly keys: readonly OfService<BlockedKey>[];
}

const lineOf = ({ topic, key, messages }: BlockedKey): string =>
  `handle ${counted(messages, 'message')} of ${topic}, key ${key ?? 'none'}, again in order`;

/** Redrives keys of a group, oldest first, until one fails again. */
export const redrive = action<RedrivePlan>({
  path: '/dead-letters/:group/redrive',
  section: '/dead-letters',
  role: 'operator',
  async plan(databases, { params, query }) {
    const keys = (await new DeadLetters(databases).list(keysRead)).filter(({ state }) => state === 'blocked');
    const group = groupDeadLetters(keys).find(({ id }) => id === params['group']);
    if (group === undefined) return undefined;
    const asked = query.get('keys') ?? 'all';
    const size = redriveSizes.find((each) => String(each) === asked) ?? group.keys.length;
    const selected = group.keys.slice(0, size);
    return {
      title: `Redrive ${selected.length} of ${counted(group.keys.length, 'blocked key')} of ${group.consumer}`,
      would: selected.map(lineOf),
      selection: selected.map(({ orderingKey, first }) => JSON.stringify([orderingKey, first])),
      verb: `Redrive ${counted(selected.length, 'key')}`,
      back: '/dead-letters', // the page of a group is gone with its last key
      keys: selected,
    };
  },
  async carryOut({ keys }, { databases, reason, ports: { timers }, inBackground }) {
    await recordRedrive(databases, { keys, reason });
    inBackground((signal) => redriveInOrder(databases, { keys, reason, timers, signal }));
  },
});
