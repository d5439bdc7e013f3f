import { Message } from '@tradewind/messaging/message';
import { IsUrl } from 'class-validator';
import { IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * An instance of a service is alive. Published every few seconds, without an outbox.
 */
@Message({ type: 'platform.instance-seen', topic: topics.platformInstances, key: 'instanceId' })
export class InstanceSeen {
  @IsText(100) readonly instanceId!: string;
  @IsText(100) readonly service!: string;
  @IsUrl({ require_tld: false, require_protocol: true }) readonly url!: string;
  @IsInstant() readonly startedAt!: string;
  @IsInstant() readonly seenAt!: string;
}
