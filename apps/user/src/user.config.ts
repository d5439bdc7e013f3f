import { IsHttpUrl, isSigningRootKey, Satisfies, SealingConfig, signingRootRule } from '@tradewind/service';
import { Type } from 'class-transformer';
import { IsEmail, IsInt, IsOptional, Max, MaxLength, Min } from 'class-validator';
import { folderRule, isUsableFolder } from './mail/usable-folder.js';

/** The environment of the user service. */
export class UserConfig extends SealingConfig {
  /** The private key of SIGNING_ROOT_PUBLIC_KEY. No other service has it. */
  @Satisfies(isSigningRootKey, signingRootRule) readonly SIGNING_ROOT_PRIVATE_KEY!: string;
  @Type(() => Number) @IsInt() @Min(10) @Max(86_400) readonly ACCESS_TOKEN_SECONDS: number = 900;
  @Type(() => Number) @IsInt() @Min(1) @Max(365) readonly SESSION_DAYS: number = 30;
  /** How long after a refresh the same client may repeat it with the same token. 0: never. */
  @Type(() => Number) @IsInt() @Min(0) @Max(60) readonly REFRESH_GRACE_SECONDS: number = 5;
  /** How long a signing key signs before it is replaced. */
  @Type(() => Number) @IsInt() @Min(1) @Max(31_536_000) readonly SIGNING_KEY_SECONDS: number = 30 * 86_400;
  /** Time between a key's record on the topic and its first token, in which the verifiers read the key. */
  @Type(() => Number) @IsInt() @Min(1) @Max(86_400) readonly SIGNING_KEY_LEAD_SECONDS: number = 60;
  /** Each hash needs 19 MiB and most of a processor core for about 30 ms. */
  @Type(() => Number) @IsInt() @Min(1) @Max(64) readonly PASSWORD_HASHES_AT_ONCE: number = 2;
  /** Hashes that may wait; one more is answered 503. */
  @Type(() => Number) @IsInt() @Min(1) @Max(10_000) readonly PASSWORD_HASHES_WAITING: number = 100;
  /** E-mails are written to it, each to a file: another program sends them. Every program of the service may send some. */
  @Satisfies(isUsableFolder, folderRule) readonly MAIL_FOLDER!: string;
  /** The sender of e-mails. */
  @IsEmail({}, { message: 'must be an e-mail address' }) @MaxLength(254) readonly MAIL_FROM: string =
    'shop@tradewind.example';
  /** The page of the shop's site that takes the tokens of e-mails, after `#`. Without it, e-mails have the bare token. */
  @IsOptional() @IsHttpUrl() readonly ACCOUNT_PAGE_URL?: string;
}
