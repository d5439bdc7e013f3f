import { Body, Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { isRejection } from '@tradewind/kernel';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  CurrentUser,
  problem,
  Public,
  type User,
} from '@tradewind/service';
import { Accounts, type Profile } from '../accounts/accounts.js';
import { ProfileBody, ProfileView, RegisterBody } from './users.dto.js';

const emailTakenProblem = () =>
  problem(409, 'email-taken', 'an account with this e-mail address exists already: log in, or use another address');
const accountGoneProblem = () => problem(404, 'not-found', 'this account no longer exists');

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(private readonly accounts: Accounts) {}

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
