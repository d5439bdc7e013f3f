import { Message } from '@tradewind/messaging/message';
import { IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * An instance has shut down normally. A tombstone: the record has no value.
 */
@Message({ type: 'platform.instance-gone', topic: topics.platformInstances, key: 'instanceId', tombstone: true })
export class InstanceGone {
  @IsText(100) readonly instanceId!: string;
}
