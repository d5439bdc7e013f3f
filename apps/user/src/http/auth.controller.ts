import { Body, Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  BodyLimit,
  ClientAddress,
  problem,
  Public,
} from '@tradewind/service';
import type { Response } from 'express';
import { LogIns, type LogInTokens, type Tokens } from '../accounts/log-ins.js';
import { LogInBody, LogInView, RefreshTokenBody, TokensView } from './auth.dto.js';

/** Bytes of a body. */
const credentials = 2_048;

/** Tokens stay out of every cache (RFC 6749, 5.1). */
const uncached = (response: Response): void => void response.setHeader('Cache-Control', 'no-store');

@ApiTags('auth')
@Public()
@Controller('auth')
export class AuthController {
  constructor(private readonly logIns: LogIns) {}

  @Post('login')
  @BodyLimit(credentials)
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in' })
  @ApiOkResponse({ type: LogInView })
  @ApiUnauthorizedResponse({ description: 'The address or the password is wrong.' })
  @ApiTooManyRequestsResponse({
    description: 'Too many failed attempts; Retry-After tells when the next one is accepted.',
  })
  async logIn(
    @Body() { email, password, deviceToken }: LogInBody,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LogInTokens> {
    uncached(response);
    const tokens = await this.logIns.logIn(email, password, { address, deviceToken });
    if (!tokens) throw problem(401, 'wrong-credentials', 'the e-mail address or the password is wrong');
    return tokens;
  }

  @Post('refresh')
  @BodyLimit(credentials)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Exchange a refresh token for new tokens. It can be used once',
    description:
      'The same client (address and User-Agent) that repeats the refresh within a few seconds gets the same refresh token again. Any other second use ends the session.',
  })
  @ApiOkResponse({ type: TokensView })
  @ApiUnauthorizedResponse({ description: 'Unknown, used before, expired or revoked: log in again.' })
  async refresh(
    @Body() { refreshToken }: RefreshTokenBody,
    @ClientAddress() address: string,
    @Headers('user-agent') userAgent: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Tokens> {
    uncached(response);
    const tokens = await this.logIns.refresh(refreshToken, { address, userAgent: userAgent ?? '' });
    if (!tokens) throw problem(401, 'session-over', 'this refresh token is no longer valid: log in again');
    return tokens;
  }

  @Post('logout')
  @BodyLimit(credentials)
  @HttpCode(204)
  @ApiOperation({ summary: 'End the session of a refresh token' })
  @ApiNoContentResponse()
  logOut(@Body() { refreshToken }: RefreshTokenBody): Promise<void> {
    return this.logIns.logOut(refreshToken);
  }
}
