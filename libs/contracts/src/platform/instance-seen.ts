import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsString, IsUrl, MaxLength } from 'class-validator';
import { topics } from '../topics.js';

/**
 * A service's instance is alive: said every few seconds. Not through an outbox.
 */
@Message({ type: 'platform.instance-seen', topic: topics.platformInstances, key: 'instanceId' })
export class InstanceSeen {
  @IsString() @MaxLength(100) readonly instanceId!: string;
  @IsString() @MaxLength(100) readonly service!: string;
  @IsUrl({ require_tld: false, require_protocol: true }) readonly url!: string;
  @IsISO8601() readonly startedAt!: string;
  @IsISO8601() readonly seenAt!: string;
}
