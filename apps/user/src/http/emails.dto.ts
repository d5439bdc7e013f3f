import { ApiProperty } from '@tradewind/service';
import { Matches } from 'class-validator';
import { mailedTokenForm } from '../tokens/mailed-token.js';

export class EmailTokenBody {
  @ApiProperty({ example: '47DEQpj8HBSaTImW5JCeuQeRkm5NMpJWZG3hSuFUxq2', description: 'From the message' })
  @Matches(mailedTokenForm, { message: 'must be the token of the message' })
  readonly token!: string;
}
