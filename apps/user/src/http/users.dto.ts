import { ApiProperty } from '@tradewind/service';
import { Transform } from 'class-transformer';
import { IsEmail, IsString, Length, MaxLength, ValidateIf } from 'class-validator';

const trimmed = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));
/** Unlike `@IsOptional()` it does not accept null. */
const ifPresent = ValidateIf((_, value) => value !== undefined);

export class RegisterBody {
  @trimmed
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  readonly email!: string;

  @IsString()
  @Length(8, 200)
  readonly password!: string;

  @trimmed
  @IsString()
  @Length(1, 100)
  readonly name!: string;
}

export class ProfileBody {
  @ifPresent
  @trimmed
  @IsString()
  @Length(1, 100)
  readonly name?: string;

  @ifPresent
  @trimmed
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  readonly email?: string;
}

export class ProfileView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'email' }) readonly email!: string;
  @ApiProperty() readonly name!: string;
}
