import { ApiProperty } from '@tradewind/service';
import { IsString, Length } from 'class-validator';

export class LogInBody {
  @ApiProperty({ example: 'ann@example.com' })
  @IsString()
  @Length(1, 254)
  readonly email!: string;

  @ApiProperty({ example: 'correct horse battery' })
  @IsString()
  @Length(1, 200)
  readonly password!: string;
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
