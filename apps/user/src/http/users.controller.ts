import { Body, Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { isRefusal } from '@tradewind/kernel';
import { CurrentUser, problem, Public, type User } from '@tradewind/service';
import { Accounts, type Profile } from '../accounts/accounts.js';
import { ProfileBody, ProfileView, RegisterBody } from './users.dto.js';

const taken = () =>
  problem(409, 'email-taken', 'there is an account with this e-mail address already: log in, or use another address');
const gone = () => problem(404, 'not-found', 'there is no such account any more');

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
    const registered = await this.accounts.register(body, 'customer');
    if (isRefusal(registered)) throw taken();
    return registered;
  }

  @Get('me')
  @ApiOperation({ summary: "One's own profile" })
  @ApiOkResponse({ type: ProfileView })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  async profile(@CurrentUser() user: User): Promise<Profile> {
    const found = await this.accounts.profile(user.id);
    if (!found) throw gone();
    return found;
  }

  @Patch('me')
  @ApiOperation({ summary: "Change one's own name or e-mail address" })
  @ApiOkResponse({ type: ProfileView })
  @ApiConflictResponse({ description: 'The address is taken.' })
  @ApiNotFoundResponse({ description: 'The person was forgotten.' })
  async change(@CurrentUser() user: User, @Body() body: ProfileBody): Promise<Profile> {
    const changed = await this.accounts.change(user.id, body);
    if (!changed) throw gone();
    if (isRefusal(changed)) throw taken();
    return changed;
  }

  @Delete('me')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Be forgotten: the account and every copy of the personal data go. Twice is as good as once',
  })
  @ApiNoContentResponse()
  forget(@CurrentUser() user: User): Promise<void> {
    return this.accounts.forget(user.id);
  }
}
