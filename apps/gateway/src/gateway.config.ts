import { ServiceConfig } from '@tradewind/service';
import { Transform, Type } from 'class-transformer';
import { IsInt, IsIP, IsNumber, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

const listed = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : value;

/** What the gateway reads from its environment. Rates are tokens that come back a second, and how many there are at most. */
export class GatewayConfig extends ServiceConfig {
  /** Clients without rate limits. */
  @Transform(listed)
  @IsIP(undefined, { each: true, message: 'must be a comma-separated list of IP addresses' })
  readonly TRUSTED_ADDRESSES: readonly string[] = [];
  @Type(() => Number) @IsNumber() @Min(0.01) readonly RATE_ADDRESS_PER_SECOND: number = 50;
  @Type(() => Number) @IsInt() @Min(1) readonly RATE_ADDRESS_BURST: number = 200;
  @Type(() => Number) @IsNumber() @Min(0.01) readonly RATE_USER_PER_SECOND: number = 20;
  @Type(() => Number) @IsInt() @Min(1) readonly RATE_USER_BURST: number = 100;
  /** Logging in and registering, by address. */
  @Type(() => Number) @IsNumber() @Min(0.001) readonly RATE_LOGIN_PER_SECOND: number = 0.5;
  @Type(() => Number) @IsInt() @Min(1) readonly RATE_LOGIN_BURST: number = 20;

  /** How long a service may take until its answer begins. What `Prefer: wait` asks for comes on top. */
  @Type(() => Number) @IsNumber() @Min(0.1) @Max(300) readonly ANSWER_SECONDS: number = 10;
  /** How long a client may take to send its body. */
  @Type(() => Number) @IsNumber() @Min(0.1) @Max(300) readonly BODY_SECONDS: number = 10;
  @Type(() => Number) @IsInt() @Min(1_024) @Max(10_485_760) readonly BODY_BYTES: number = 256 * 1_024;
  /** Calls in flight to one instance; one more is answered 503. */
  @Type(() => Number) @IsInt() @Min(1) readonly CALLS_PER_INSTANCE: number = 4_096;

  /** Where the last known instances and keys are kept, so that a start without the broker still routes. */
  @IsOptional() @IsString() @MaxLength(4_096) readonly INSTANCES_FILE?: string;
  /** Instances that are always there and announce nothing: `order=http://10.0.0.7:3004,order=http://10.0.0.8:3004`. */
  @Transform(listed)
  @Matches(/^[a-z][a-z-]*=https?:\/\/[^\s,/=]+$/, {
    each: true,
    message: 'must be a comma-separated list of service=http://host:port',
  })
  readonly STATIC_INSTANCES: readonly string[] = [];
}
