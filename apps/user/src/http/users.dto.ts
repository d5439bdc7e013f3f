import { IsId } from '@tradewind/contracts';
import { ApiProperty, oneLine, visibleToken } from '@tradewind/service';
import { IsEmail, IsString, Length, Matches, MaxLength, ValidateIf } from 'class-validator';

/** Unlike `@IsOptional()` it does not accept null. */
const ifPresent = ValidateIf((_, value) => value !== undefined);

export class RegisterBody {
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  @Matches(visibleToken, { message: 'email must not have invisible characters' })
  readonly email!: string;

  @ApiProperty({ example: 'correct horse battery' })
  @IsString()
  @Length(8, 200)
  readonly password!: string;

  @ApiProperty({ example: 'Ann Lee' })
  @IsString()
  @Length(1, 100)
  @Matches(oneLine, { message: 'name must be one line of text' })
  readonly name!: string;
}

export class ProfileBody {
  @ApiProperty({ example: 'Ann Lee' })
  @ifPresent
  @IsString()
  @Length(1, 100)
  @Matches(oneLine, { message: 'name must be one line of text' })
  readonly name?: string;

  @ifPresent
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  @Matches(visibleToken, { message: 'email must not have invisible characters' })
  readonly email?: string;

  @ApiProperty({
    example: 'correct horse battery',
    description: 'Needed for a new e-mail address, unless you logged in less than 5 minutes ago',
  })
  @ifPresent
  @IsString()
  @Length(1, 200)
  readonly password?: string;
}

export class LeaveBody {
  @ApiProperty({
    example: 'correct horse battery',
    description: 'Needed unless you logged in less than 5 minutes ago',
  })
  @ifPresent
  @IsString()
  @Length(1, 200)
  readonly password?: string;
}

export class ProfileView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'email' }) readonly email!: string;
  @ApiProperty({ description: 'The token that was sent to the address came back' }) readonly emailVerified!: boolean;
  @ApiProperty({
    type: String,
    format: 'email',
    nullable: true,
    description: 'Becomes the address when the token that was sent to it comes back, within an hour',
  })
  readonly pendingEmail!: string | null;
  @ApiProperty() readonly name!: string;
}

export class SessionPath {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly id!: string;
}

export class SessionView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'date-time' }) readonly openedAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
  @ApiProperty({ description: 'The session of this request' }) readonly current!: boolean;
}

export class SessionPage {
  @ApiProperty({ type: [SessionView] }) readonly items!: SessionView[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}
