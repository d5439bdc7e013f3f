import { ApiProperty } from '@tradewind/service';
import { IsString, Length, Matches } from 'class-validator';
import { mailedTokenForm } from '../tokens/mailed-token.js';

export class PasswordResetBody {
  @ApiProperty({ example: 'ann@example.com' })
  @IsString()
  @Length(1, 254)
  readonly email!: string;
}

export class NewPasswordBody {
  @ApiProperty({ example: '47DEQpj8HBSaTImW5JCeuQeRkm5NMpJWZG3hSuFUxq2', description: 'From the message' })
  @Matches(mailedTokenForm, { message: 'must be the token of the message' })
  readonly token!: string;

  @ApiProperty({ example: 'correct horse battery' })
  @IsString()
  @Length(8, 200)
  readonly password!: string;
}

export class PasswordChangeBody {
  @ApiProperty({ example: 'the former password' })
  @IsString()
  @Length(1, 200)
  readonly currentPassword!: string;

  @ApiProperty({ example: 'correct horse battery' })
  @IsString()
  @Length(8, 200)
  readonly password!: string;
}
