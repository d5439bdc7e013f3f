import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { userId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import {
  Acting,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  page,
  PageQueryById,
  problem,
  readCursor,
  Requires,
  type ActingStaff,
  type Page,
} from '@tradewind/service';
import { StaffAccounts, type StaffMember } from '../accounts/staff-accounts.js';
import { AddStaffBody, ChangeStaffBody, StaffPage, StaffPath, StaffView } from './staff.dto.js';
import { emailTakenProblem } from '../accounts/emails.js';

/** The accounts of staff, and what their roles are. */
@ApiTags('staff')
@Controller('staff/accounts')
export class StaffController {
  constructor(private readonly staff: StaffAccounts) {}

  @Post()
  @Requires('staff.write')
  @ApiOperation({ summary: 'Create an account of staff' })
  @ApiCreatedResponse({ type: StaffView })
  @ApiConflictResponse({ description: 'The address is taken, also by a customer.' })
  async add(@Acting() acting: ActingStaff, @Body() { role, ...form }: AddStaffBody): Promise<StaffView> {
    const added = await this.staff.add({ ...form, name: form.name.trim() }, role, acting);
    if (isRejection(added)) throw emailTakenProblem();
    return view(added);
  }

  @Get()
  @Requires('staff.read')
  @ApiOperation({ summary: 'The accounts of staff, newest first' })
  @ApiOkResponse({ type: StaffPage })
  async list(@Query() { limit, cursor }: PageQueryById): Promise<Page<StaffView>> {
    const members = await this.staff.list(readCursor(cursor, userId), limit + 1);
    return page(members.map(view), limit, ({ id }) => id);
  }

  @Patch(':id')
  @Requires('staff.write')
  @ApiOperation({
    summary: 'Change the role of a member of staff, or disable or enable the account',
    description: 'Ends the sessions of the person: within about a second no service accepts their tokens.',
  })
  @ApiOkResponse({ type: StaffView })
  @ApiNotFoundResponse({ description: 'It is no account of staff.' })
  @ApiConflictResponse({ description: "It is one's own account: another admin can change it." })
  async change(
    @Acting() acting: ActingStaff,
    @Param() { id }: StaffPath,
    @Body() change: ChangeStaffBody,
  ): Promise<StaffView> {
    const changed = await this.staff.change(id, change, acting);
    if (!isRejection(changed)) return view(changed);
    throw changed.rejected === 'own-account'
      ? problem(409, 'own-account', 'this is your own account: another admin can change it')
      : problem(404, 'not-found', 'there is no such account of staff');
  }
}

const view = ({ registeredAt, ...member }: StaffMember): StaffView => ({
  ...member,
  registeredAt: registeredAt.toISOString(),
});
