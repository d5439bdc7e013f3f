import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { idOf, isRejection } from '@tradewind/kernel';
import {
  ApiBody,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ClientAddress,
  CurrentUser,
  page,
  PageQueryById,
  problem,
  Public,
  readCursor,
  type Page,
  type User,
} from '@tradewind/service';
import { Accounts, type Profile } from '../accounts/accounts.js';
import { accountGoneProblem, emailTakenProblem, tooSoonProblem } from '../accounts/emails.js';
import { LogIns } from '../accounts/log-ins.js';
import { PersonalExports, type PersonalExport } from '../accounts/personal-export.js';
import { ReAuthentication, type Caller } from '../accounts/re-authentication.js';
import { ExportView } from './export.dto.js';
import {
  LeaveBody,
  ProfileBody,
  ProfileView,
  RegisterBody,
  SessionPage,
  SessionPath,
  type SessionView,
} from './users.dto.js';

const asSessionId = idOf('session');

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(
    private readonly accounts: Accounts,
    private readonly logIns: LogIns,
    private readonly again: ReAuthentication,
    private readonly exports: PersonalExports,
  ) {}

  @Post()
  @Public()
  @ApiOperation({ summary: 'Register' })
  @ApiCreatedResponse({ type: ProfileView })
  @ApiConflictResponse({ description: 'The address is taken.' })
  async register(@Body() body: RegisterBody): Promise<Profile> {
    const registered = await this.accounts.register({ ...body, name: body.name.trim() }, 'customer');
    if (isRejection(registered)) throw emailTakenProblem();
    return registered;
  }

  @Get('me')
  @ApiOperation({ summary: "One's own profile" })
  @ApiOkResponse({ type: ProfileView })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  async profile(@CurrentUser() user: User): Promise<Profile> {
    const found = await this.accounts.profile(user.id);
    if (!found) throw accountGoneProblem();
    return found;
  }

  @Patch('me')
  @ApiOperation({
    summary: "Change one's own name or e-mail address",
    description:
      'A new address becomes that of the account when the token that is sent to it comes back to `POST /auth/email-confirmation`. The answer is the same for an address that is taken: its owner gets a message then.',
  })
  @ApiOkResponse({ type: ProfileView })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  @ApiTooManyRequestsResponse({
    description: 'A token was sent less than a minute ago, or too many passwords were wrong.',
  })
  async change(
    @CurrentUser() user: User,
    @Body() { name, email, password }: ProfileBody,
    @ClientAddress() address: string,
  ): Promise<Profile> {
    if (email !== undefined) await this.again.require(callerOf(user, address), password);
    const changed = await this.accounts.change(user.id, {
      ...(name !== undefined && { name: name.trim() }),
      ...(email !== undefined && { email }),
    });
    if (!changed) throw accountGoneProblem();
    if (isRejection(changed)) throw tooSoonProblem();
    return changed;
  }

  @Get('me/export')
  @ApiOperation({
    summary: 'What is stored about you here, for you to keep',
    description:
      'Account and sessions. What the shop stores besides: `GET /cart`, `GET /orders` and `GET /orders/{id}` for each order, with its address and payments.',
  })
  @ApiOkResponse({ type: ExportView })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  async export(@CurrentUser() user: User): Promise<PersonalExport> {
    const found = await this.exports.of(user.id);
    if (!found) throw accountGoneProblem();
    return found;
  }

  @Get('me/sessions')
  @ApiOperation({ summary: 'Where you are logged in, newest first' })
  @ApiOkResponse({ type: SessionPage })
  async sessions(@CurrentUser() user: User, @Query() { limit, cursor }: PageQueryById): Promise<Page<SessionView>> {
    const rows = await this.logIns.sessionsOf(user.id, readCursor(cursor, asSessionId), limit + 1);
    const views = rows.map(({ sessionId, openedAt, expiresAt }) => ({
      id: sessionId,
      openedAt: openedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      current: sessionId === user.sessionId,
    }));
    return page(views, limit, ({ id }) => id);
  }

  @Delete('me/sessions/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End a session: within about a second no service accepts its tokens' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'It is none of your sessions.' })
  async endSession(@CurrentUser() user: User, @Param() { id }: SessionPath): Promise<void> {
    if (!(await this.logIns.endSession(user.id, id))) throw problem(404, 'not-found', 'this is none of your sessions');
  }

  @Delete('me')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Erase the account and every copy of its personal data. Repeating it changes nothing',
  })
  @ApiBody({ type: LeaveBody, required: false })
  @ApiNoContentResponse()
  @ApiTooManyRequestsResponse({ description: 'Too many passwords were wrong.' })
  async forget(
    @CurrentUser() user: User,
    @Body() { password }: LeaveBody,
    @ClientAddress() address: string,
  ): Promise<void> {
    if (!(await this.accounts.profile(user.id))) return; // the gateway may repeat the call after a lost answer
    await this.again.require(callerOf(user, address), password);
    await this.accounts.forget(user.id);
  }
}

const callerOf = ({ id, sessionId }: User, address: string): Caller => ({ userId: id, sessionId, address });
