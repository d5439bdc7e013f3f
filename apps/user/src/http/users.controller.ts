import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { idOf, isRejection } from '@tradewind/kernel';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
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
import { LogIns } from '../accounts/log-ins.js';
import { emailTakenProblem } from './user.problems.js';
import { ProfileBody, ProfileView, RegisterBody, SessionPage, SessionPath, type SessionView } from './users.dto.js';

const accountGoneProblem = () => problem(404, 'not-found', 'this account no longer exists');

const asSessionId = idOf('session');

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(
    private readonly accounts: Accounts,
    private readonly logIns: LogIns,
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
  @ApiOperation({ summary: "Change one's own name or e-mail address" })
  @ApiOkResponse({ type: ProfileView })
  @ApiConflictResponse({ description: 'The address is taken.' })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  async change(@CurrentUser() user: User, @Body() body: ProfileBody): Promise<Profile> {
    const changed = await this.accounts.change(user.id, {
      ...body,
      ...(body.name !== undefined && { name: body.name.trim() }),
    });
    if (!changed) throw accountGoneProblem();
    if (isRejection(changed)) throw emailTakenProblem();
    return changed;
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
  @ApiNoContentResponse()
  forget(@CurrentUser() user: User): Promise<void> {
    return this.accounts.forget(user.id);
  }
}
