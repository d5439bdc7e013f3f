import { isDatabaseUrl, IsHttpUrl, ProgramConfig, Satisfies } from '@tradewind/service';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, MinLength } from 'class-validator';

/** `order=postgres://…,cart=postgres://…` as a record. */
const listed = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? Object.fromEntries(
        value
          .split(',')
          .map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()]),
      )
    : value;

const areDatabases = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([service, url]) => /^[a-z][a-z-]*$/.test(service) && isDatabaseUrl(url));

/** The environment of the console. */
export class ConsoleConfig extends ProgramConfig {
  /** The database of each service, as for the operator's command. */
  @Transform(listed)
  @Satisfies(areDatabases, 'must be <service>=postgres://role:password@host:port/database, several separated by commas')
  readonly TRADEWIND_DATABASES!: Readonly<Record<string, string>>;
  /** The shop's public API: operators log in with their accounts of the shop. */
  @IsHttpUrl() readonly GATEWAY_URL!: string;
  /** Signs the sessions; the same for all instances. */
  @MinLength(32, { message: 'must have at least 32 characters (openssl rand -base64 32)' })
  readonly CONSOLE_SECRET!: string;
  /** Where `npm run audit` keeps its last verdict. */
  @IsOptional() @IsString() readonly AUDIT_FILE?: string;
}
