import { ApiProperty, ApiPropertyOptional } from '@tradewind/service';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { deviceTokenForm } from '../tokens/device-token.js';

export class LogInBody {
  @ApiProperty({ example: 'ann@example.com' })
  @IsString()
  @Length(1, 254)
  readonly email!: string;

  @ApiProperty({ example: 'correct horse battery' })
  @IsString()
  @Length(1, 200)
  readonly password!: string;

  @ApiPropertyOptional({
    example: 'xq2fWvJ0mB3kLp9sT7uYdA.47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    description: 'Of an earlier log-in to this account on this device: failed log-ins of others do not delay this one',
  })
  @IsOptional()
  @Matches(deviceTokenForm, { message: 'must be the deviceToken of an earlier log-in' })
  readonly deviceToken?: string;
}

export class RefreshTokenBody {
  @ApiProperty({ example: 'xq2fWvJ0mB3kLp9sT7uYdA' })
  @IsString()
  @Length(1, 100)
  readonly refreshToken!: string;
}

export class TokensView {
  @ApiProperty({ description: 'For the Authorization header: Bearer <token>' }) readonly accessToken!: string;
  @ApiProperty({ description: 'Valid for one refresh' }) readonly refreshToken!: string;
  @ApiProperty({ enum: ['Bearer'] }) readonly tokenType!: 'Bearer';
  @ApiProperty({ description: 'Seconds' }) readonly expiresIn!: number;
}

export class LogInView extends TokensView {
  @ApiProperty({ description: 'For the next log-in to this account on this device. Gives no access' })
  readonly deviceToken!: string;
}
