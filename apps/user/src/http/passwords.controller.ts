import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  BodyLimit,
  ClientAddress,
  CurrentUser,
  Public,
  type User,
} from '@tradewind/service';
import { Passwords } from '../accounts/passwords.js';
import { NewPasswordBody, PasswordChangeBody, PasswordResetBody } from './passwords.dto.js';

/** Bytes of a body. */
const passwords = 2_048;

@Controller()
export class PasswordsController {
  constructor(private readonly passwords: Passwords) {}

  @Post('auth/password-reset')
  @ApiTags('auth')
  @Public()
  @BodyLimit(passwords)
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for a token by e-mail with which a new password can be set',
    description:
      'The answer is the same whether the address has an account or not. The token is valid for an hour, once; a later one replaces it. An account gets one message a minute.',
  })
  @ApiAcceptedResponse()
  requestReset(@Body() { email }: PasswordResetBody): Promise<void> {
    return this.passwords.requestReset(email);
  }

  @Post('auth/password-reset/confirm')
  @ApiTags('auth')
  @Public()
  @BodyLimit(passwords)
  @HttpCode(204)
  @ApiOperation({ summary: 'Set a new password with the token of the message. Ends all sessions of the account' })
  @ApiNoContentResponse()
  reset(@Body() { token, password }: NewPasswordBody): Promise<void> {
    return this.passwords.reset(token, password);
  }

  @Post('users/me/password')
  @ApiTags('users')
  @BodyLimit(passwords)
  @HttpCode(204)
  @ApiOperation({ summary: 'Change the password. Ends all other sessions of the account' })
  @ApiNoContentResponse()
  @ApiConflictResponse({ description: 'The password was changed by another request meanwhile.' })
  @ApiTooManyRequestsResponse({
    description: 'Too many wrong passwords; Retry-After tells when the next one is accepted.',
  })
  change(
    @CurrentUser() { id: userId, sessionId }: User,
    @Body() { currentPassword, password }: PasswordChangeBody,
    @ClientAddress() address: string,
  ): Promise<void> {
    return this.passwords.change({ userId, sessionId, address }, currentPassword, password);
  }
}
