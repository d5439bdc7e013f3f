import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  BodyLimit,
  CurrentUser,
  Public,
  type User,
} from '@tradewind/service';
import { Emails } from '../accounts/emails.js';
import { EmailTokenBody } from './emails.dto.js';

@Controller()
export class EmailsController {
  constructor(private readonly emails: Emails) {}

  @Post('users/me/email-verification')
  @ApiTags('users')
  @HttpCode(202)
  @ApiOperation({ summary: 'Get the e-mail of the registration once more, with another token' })
  @ApiAcceptedResponse()
  @ApiConflictResponse({ description: 'The address is verified already.' })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  @ApiTooManyRequestsResponse({ description: 'One was sent less than a minute ago.' })
  verify(@CurrentUser() user: User): Promise<void> {
    return this.emails.requestVerification(user.id);
  }

  @Post('auth/email-confirmation')
  @ApiTags('auth')
  @Public()
  @BodyLimit(2_048)
  @HttpCode(204)
  @ApiOperation({
    summary: 'Confirm an e-mail address with the token that was sent to it',
    description:
      'Of a registration, or of a change: the new address becomes that of the account, and the former one gets a notice.',
  })
  @ApiNoContentResponse()
  @ApiConflictResponse({ description: 'The address has become that of another account.' })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  confirm(@Body() { token }: EmailTokenBody): Promise<void> {
    return this.emails.confirm(token);
  }
}
