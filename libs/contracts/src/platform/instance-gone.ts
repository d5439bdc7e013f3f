import { Message } from '@tradewind/messaging/contract';
import { IsString, MaxLength } from 'class-validator';
import { topics } from '../topics.js';

/**
 * An instance has stopped in good order. A tombstone: the record has no value.
 */
@Message({ type: 'platform.instance-gone', topic: topics.platformInstances, key: 'instanceId', tombstone: true })
export class InstanceGone {
  @IsString() @MaxLength(100) readonly instanceId!: string;
}
