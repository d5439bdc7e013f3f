import { Message } from '@tradewind/messaging/contract';
import { IsUrl } from 'class-validator';
import { IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A service's instance is alive: said every few seconds. Not through an outbox.
 */
@Message({ type: 'platform.instance-seen', topic: topics.platformInstances, key: 'instanceId' })
export class InstanceSeen {
  @IsText(100) readonly instanceId!: string;
  @IsText(100) readonly service!: string;
  @IsUrl({ require_tld: false, require_protocol: true }) readonly url!: string;
  @IsInstant() readonly startedAt!: string;
  @IsInstant() readonly seenAt!: string;
}
