import { httpOriginPattern } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { Matches } from 'class-validator';
import { IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * An instance of a service is alive. Published every few seconds, without an outbox.
 */
@Message({ type: 'platform.instance-seen', topic: topics.platformInstances, key: 'instanceId' })
export class InstanceSeen {
  @IsText(100) readonly instanceId!: string;
  @IsText(100) readonly service!: string;
  /** An origin, such as `http://10.0.3.17:3003`. */
  @Matches(httpOriginPattern, { message: 'must be http://host or https://host, perhaps with a port' })
  readonly url!: string;
  @IsInstant() readonly startedAt!: string;
  @IsInstant() readonly seenAt!: string;
}
