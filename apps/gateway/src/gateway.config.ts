import { httpOriginRule, isHttpOrigin } from '@tradewind/kernel';
import { commaSeparated, Satisfies, ServiceConfig } from '@tradewind/service';
import { Transform, Type } from 'class-transformer';
import { IsInt, IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { isHostEntry } from './discovery/allowed-hosts.js';
import { isNetwork } from './limits/networks.js';

const isList =
  (isEntry: (entry: string) => boolean) =>
  (list: unknown): boolean =>
    Array.isArray(list) && list.every(isEntry);

/** `order=http://10.0.0.7:3004` */
const isInstance = (entry: string): boolean =>
  /^[a-z][a-z-]*=/.test(entry) && isHttpOrigin(entry.slice(entry.indexOf('=') + 1));

const networksRule = 'must be a comma-separated list of IP addresses and networks such as 10.0.0.0/8';

/** The environment of the gateway. A rate limit is a refill rate in tokens per second and a capacity (burst). */
export class GatewayConfig extends ServiceConfig {
  /** Clients without rate limits. */
  @Transform(commaSeparated)
  @Satisfies(isList(isNetwork), networksRule)
  readonly TRUSTED_ADDRESSES: readonly string[] = [];
  /** Load balancers before the gateway: the client's address is the right-most one of their `X-Forwarded-For` that is not one of them. */
  @Transform(commaSeparated)
  @Satisfies(isList(isNetwork), networksRule)
  readonly TRUSTED_PROXIES: readonly string[] = [];
  @Type(() => Number) @IsNumber() @Min(0.01) readonly RATE_ADDRESS_PER_SECOND: number = 50;
  @Type(() => Number) @IsInt() @Min(1) readonly RATE_ADDRESS_BURST: number = 200;
  @Type(() => Number) @IsNumber() @Min(0.01) readonly RATE_USER_PER_SECOND: number = 20;
  @Type(() => Number) @IsInt() @Min(1) readonly RATE_USER_BURST: number = 100;
  /** Registration, per address. Failed log-ins are limited by the user service, per account and address. */
  @Type(() => Number) @IsNumber() @Min(0.001) readonly RATE_REGISTRATION_PER_SECOND: number = 0.5;
  @Type(() => Number) @IsInt() @Min(1) readonly RATE_REGISTRATION_BURST: number = 20;

  /** Origins whose pages may call the API from a browser: `https://shop.example`. None by default. */
  @Transform(commaSeparated)
  @Satisfies(isList(isHttpOrigin), `must be a comma-separated list of origins, each ${httpOriginRule}`)
  readonly CORS_ORIGINS: readonly string[] = [];

  /** How long a service may take until its response starts, in addition to `Prefer: wait`. */
  @Type(() => Number) @IsNumber() @Min(0.1) @Max(300) readonly ANSWER_SECONDS: number = 10;
  /** How long a client may take to send its body. */
  @Type(() => Number) @IsNumber() @Min(0.1) @Max(300) readonly BODY_SECONDS: number = 10;
  @Type(() => Number) @IsInt() @Min(1_024) @Max(10_485_760) readonly BODY_BYTES: number = 256 * 1_024;
  /** Limit of calls in flight to one instance; one more is answered 503. */
  @Type(() => Number) @IsInt() @Min(1) readonly CALLS_PER_INSTANCE: number = 4_096;

  /** Stores the last known instances and keys, so that a gateway started without the broker can route. */
  @IsOptional() @IsString() @MaxLength(4_096) readonly INSTANCES_FILE?: string;
  /** Instances that publish no heartbeats: `order=http://10.0.0.7:3004,order=http://10.0.0.8:3004`. */
  @Transform(commaSeparated)
  @Satisfies(isList(isInstance), `must be a comma-separated list of service=origin, each origin ${httpOriginRule}`)
  readonly STATIC_INSTANCES: readonly string[] = [];
  /**
   * Hosts at which instances may listen, as announced on `platform.instances`: names, `*.suffix`, addresses and networks
   * (`10.0.0.0/8,*.shop.svc`). Calls carry their users' tokens, so without a list, a process that can write to the topic can read them.
   */
  @Transform(commaSeparated)
  @Satisfies(isList(isHostEntry), 'must be a comma-separated list of host names, *.suffixes, addresses and networks')
  readonly INSTANCE_HOSTS: readonly string[] = [];
}
