import { IsEmail, IsString, Length, MaxLength } from 'class-validator';
import { UserConfig } from './user.config.js';

/** Additional variables of `create-admin`. */
export class AdminConfig extends UserConfig {
  @IsEmail({}, { message: 'must be an e-mail address' }) @MaxLength(254) readonly ADMIN_EMAIL!: string;
  @IsString() @Length(8, 200) readonly ADMIN_PASSWORD!: string;
}
