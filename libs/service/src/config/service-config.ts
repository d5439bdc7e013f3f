import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { httpOriginRule, httpPortRule, isHttpOrigin, isHttpPort, isHttpUrl } from '@tradewind/kernel';
import { kafkaSecurity } from '@tradewind/messaging';
import type { KafkaSettings } from '@tradewind/messaging/internals';
import { isDataKeySecret } from '../sealing/seal.js';
import { Satisfies } from './satisfies.js';
import { traceSamplers, type TraceSampler } from './trace-sampler.js';
import { isSigningRootKey, signingRootRule } from './signing-root-key.js';

/** `a, b` as a list. */
export const commaSeparated = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : value;

/** Digits only: `Number` would also read 0x50 or 3e3. Anything else stays as it is, for the rule to refuse. */
export const digitsToNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

const isPort = (value: unknown): boolean => value === 0 || isHttpPort(value);

/** `host:port`, an IPv6 address in brackets. */
const areBrokers = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((broker: string) => {
    const port = /^(?:[^\s:,[\]]+|\[[^\s,[\]]+\]):(\d{1,5})$/.exec(broker)?.[1];
    return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
  });

export const isDatabaseUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^postgres(ql)?:\/\/[^\s]+\/[^\s/]+$/.test(value) && URL.canParse(value);

const urlRule = `must be an http or https URL, without a port or with ${httpPortRule}`;

/** The URL of an HTTP server. */
export const IsHttpUrl = (): PropertyDecorator => Satisfies(isHttpUrl, urlRule);

/** The environment of every program that serves HTTP. */
export class ProgramConfig {
  /** 0: any free port; the instance of a service announces the port it listens on. */
  @Transform(digitsToNumber) @Satisfies(isPort, `must be 0 or ${httpPortRule}`) readonly PORT!: number;
  @IsString() @MaxLength(255) readonly HOST: string = '127.0.0.1';
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) readonly LOG_LEVEL: string = 'info';
  @Matches(/^[\w.-]{1,100}$/, { message: 'must be 1 to 100 letters, digits, dots, dashes or underscores' })
  readonly INSTANCE_ID!: string;
  @Transform(commaSeparated)
  @Satisfies(areBrokers, 'must be a comma-separated list of host:port, with ports from 1 to 65535')
  readonly KAFKA_BROKERS!: readonly string[];
  /** The authority of the brokers' certificates, a PEM file. Turns TLS on. */
  @IsOptional() @IsString() readonly KAFKA_SSL_CA_FILE?: string;
  /** The login at the brokers: all three variables, or none. `readConfig` checks them together. */
  @IsOptional() @IsString() readonly KAFKA_SASL_MECHANISM?: string;
  @IsOptional() @IsString() readonly KAFKA_SASL_USERNAME?: string;
  @IsOptional() @IsString() readonly KAFKA_SASL_PASSWORD_FILE?: string;
  /** The collector of traces (OTLP over HTTP). Without it no span is made. */
  @IsOptional() @IsHttpUrl() readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  @IsIn(traceSamplers) readonly OTEL_TRACES_SAMPLER: TraceSampler = 'parentbased_always_on';
  /** The share of traces that a sampler with a ratio keeps. */
  @Type(() => Number) @IsNumber() @Min(0) @Max(1) readonly OTEL_TRACES_SAMPLER_ARG: number = 1;
}

/** The environment of every service. A service's own class extends this one, `DatabaseConfig` or `SealingConfig`. */
export class ServiceConfig extends ProgramConfig {
  /** Metrics and health for the platform, on a port that is not public. 0: any free port. */
  @Transform(digitsToNumber) @Satisfies(isPort, `must be 0 or ${httpPortRule}`) readonly OPERATIONS_PORT: number = 0;
  /** The address under which the gateway reaches this instance. Default: HOST and the port it listens on. */
  @IsOptional() @Satisfies(isHttpOrigin, `must be ${httpOriginRule}`) readonly PUBLIC_URL?: string;
  /** Signing keys of access tokens are accepted only with a signature of this root key. */
  @Satisfies(isSigningRootKey, signingRootRule) readonly SIGNING_ROOT_PUBLIC_KEY!: string;
}

/** The settings of a Kafka client of a service. Reads the files. */
export const kafkaSettings = (
  config: ServiceConfig,
  service: string,
  clientId = config.INSTANCE_ID,
): Omit<KafkaSettings, 'log'> => ({
  brokers: config.KAFKA_BROKERS,
  clientId,
  readerGroups: service,
  ...kafkaSecurity(config),
});

/** A service with a database of its own. */
export class DatabaseConfig extends ServiceConfig {
  @Satisfies(isDatabaseUrl, 'must be postgres://role:password@host:port/database, with a port up to 65535')
  readonly DATABASE_URL!: string;
  /** The same database as the role that owns the tables. Pending migrations run as this role; without it, as that of DATABASE_URL. */
  @IsOptional()
  @Satisfies(isDatabaseUrl, 'must be postgres://role:password@host:port/database, with a port up to 65535')
  readonly MIGRATION_DATABASE_URL?: string;
  /** `check`: a pending migration fails the start. `apply`: pending migrations run first. */
  @IsIn(['apply', 'check']) readonly MIGRATIONS: 'apply' | 'check' = 'check';
  /** Limit of one statement, except migrations, in milliseconds; the database cancels longer ones. */
  @Type(() => Number) @IsInt() @Min(100) @Max(600_000) readonly STATEMENT_TIMEOUT_MS: number = 8_000;
}

/** A service that stores sealed fields. */
export class SealingConfig extends DatabaseConfig {
  /** Wraps the users' data keys: 32 random bytes, base64. During a rotation several, separated by commas: the first wraps, all unwrap. */
  @Satisfies(
    isDataKeySecret,
    'must be 32 bytes in base64 (openssl rand -base64 32), or several different ones, separated by commas',
  )
  readonly DATA_KEY_SECRET!: string;
}
