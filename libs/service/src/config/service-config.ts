import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import { ArrayMinSize, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, MaxLength, Min } from 'class-validator';
import { kafkaSecurity } from '@tradewind/messaging';
import type { KafkaSettings } from '@tradewind/messaging/internals';
import { isDataKeySecret } from '../sealing/seal.js';
import { Satisfies } from './satisfies.js';

const commaSeparated = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : value;

const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;

/** The environment of every service. A service's own class extends this one, `DatabaseConfig` or `SealingConfig`. */
export class ServiceConfig {
  /** 0: any free port; the instance announces the port it listens on. */
  @Type(() => Number) @Satisfies(isPort, 'must be a port: a whole number from 0 to 65535') readonly PORT!: number;
  @IsString() @MaxLength(255) readonly HOST: string = '127.0.0.1';
  /** The URL under which others reach this instance. Default: HOST and the port it listens on. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  readonly PUBLIC_URL?: string;
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) readonly LOG_LEVEL: string = 'info';
  @Matches(/^[\w.-]{1,100}$/, { message: 'must be 1 to 100 letters, digits, dots, dashes or underscores' })
  readonly INSTANCE_ID!: string;
  @Transform(commaSeparated)
  @ArrayMinSize(1, { message: 'must be a comma-separated list of host:port' })
  @Matches(/^([^\s:,[\]]+|\[[^\s,[\]]+\]):\d{1,5}$/, {
    each: true,
    message: 'must be a comma-separated list of host:port',
  })
  readonly KAFKA_BROKERS!: readonly string[];
  /** The authority of the brokers' certificates, a PEM file. Turns TLS on. */
  @IsOptional() @IsString() readonly KAFKA_SSL_CA_FILE?: string;
  /** The login at the brokers: all three variables, or none. `readConfig` checks them together. */
  @IsOptional() @IsString() readonly KAFKA_SASL_MECHANISM?: string;
  @IsOptional() @IsString() readonly KAFKA_SASL_USERNAME?: string;
  @IsOptional() @IsString() readonly KAFKA_SASL_PASSWORD_FILE?: string;
}

/** The settings of a Kafka client. Reads the files. */
export const kafkaSettings = (config: ServiceConfig, clientId: string): Omit<KafkaSettings, 'log'> => ({
  brokers: config.KAFKA_BROKERS,
  clientId,
  ...kafkaSecurity(config),
});

/** A service with a database of its own. */
export class DatabaseConfig extends ServiceConfig {
  @Matches(/^postgres(ql)?:\/\/[^\s]+\/[^\s/]+$/, { message: 'must be postgres://role:password@host:port/database' })
  readonly DATABASE_URL!: string;
  /** `check`: a pending migration fails the start. `apply`: pending migrations run first. */
  @IsIn(['apply', 'check']) readonly MIGRATIONS: 'apply' | 'check' = 'check';
  /** Limit of one statement, except migrations, in milliseconds; the database cancels longer ones. */
  @Type(() => Number) @IsInt() @Min(100) @Max(600_000) readonly STATEMENT_TIMEOUT_MS: number = 8_000;
}

/** A service that stores sealed fields. */
export class SealingConfig extends DatabaseConfig {
  /** Wraps the users' data keys: 32 random bytes, base64. */
  @Satisfies(isDataKeySecret, 'must be 32 bytes in base64 (openssl rand -base64 32)') readonly DATA_KEY_SECRET!: string;
}
