import { visibleToken } from '@tradewind/service';
import { IsEmail, IsString, Length, Matches, MaxLength } from 'class-validator';
import { UserConfig } from './user.config.js';

/** Additional variables of `create-admin`. */
export class AdminConfig extends UserConfig {
  @IsEmail({}, { message: 'must be an e-mail address' })
  @MaxLength(254)
  @Matches(visibleToken)
  readonly ADMIN_EMAIL!: string;
  @IsString() @Length(8, 200) readonly ADMIN_PASSWORD!: string;
}
