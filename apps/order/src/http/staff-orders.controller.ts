import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { orderId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Acting,
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  page,
  problem,
  readCursor,
  Requires,
  Sealer,
  type ActingStaff,
  type Page,
} from '@tradewind/service';
import { cancelForBuyer } from '../commands/cancel-order.command.js';
import { OrderQueries } from '../storage/order.queries.js';
import { StaffOrderQueries } from '../storage/staff-orders.queries.js';
import { AcceptedOrder, OrderPath } from './order.dto.js';
import { orderProblem } from './order.problems.js';
import { addressOf } from './address.js';
import { listedForStaff, wholeForStaff } from './staff-order.view.js';
import {
  CancelForBuyer,
  StaffOrderAnswer,
  StaffOrderList,
  StaffOrderPage,
  type StaffOrderListed,
} from './staff-orders.dto.js';

const unknownOrder = () => problem(404, 'not-found', 'there is no such order');

const timeOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));

/** All orders, for staff. The routes under `/orders` show everybody only their own ones, staff too. */
@ApiTags('staff')
@Controller('staff/orders')
export class StaffOrdersController {
  constructor(
    private readonly orders: StaffOrderQueries,
    private readonly queries: OrderQueries,
    private readonly sealer: Sealer,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get()
  @Requires('orders.read')
  @ApiOperation({ summary: 'All orders, newest first, by status, buyer and time (staff)' })
  @ApiOkResponse({ type: StaffOrderPage })
  async list(@Query() { limit, cursor, status, userId, from, to }: StaffOrderList): Promise<Page<StaffOrderListed>> {
    const filter = { status, userId, from: timeOf(from), to: timeOf(to) };
    const rows = await this.orders.list(filter, readCursor(cursor, orderId), limit + 1);
    return page(rows.map(listedForStaff), limit, ({ id }) => id);
  }

  @Get(':id')
  @Requires('orders.read')
  @ApiOperation({ summary: 'Any order; of the address only city and country (staff)' })
  @ApiOkResponse({ type: StaffOrderAnswer })
  @ApiNotFoundResponse()
  async find(@Param() { id }: OrderPath): Promise<StaffOrderAnswer> {
    const row = (await this.queries.find([id])).get(id);
    if (!row) throw unknownOrder();
    return wholeForStaff(
      row,
      row.shippingAddress === null ? null : await this.sealer.unseal(addressOf(id), row.shippingAddress),
    );
  }

  @Post(':id/cancel')
  @Requires('orders.cancel')
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel an order for its buyer; the event records who and why (staff)' })
  @ApiAcceptedResponse({ type: AcceptedOrder })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It is rejected, cancelled or being cancelled.' })
  async cancel(
    @Acting() acting: ActingStaff,
    @Param() { id }: OrderPath,
    @Body() { reason }: CancelForBuyer,
  ): Promise<AcceptedOrder> {
    const cancelled = await this.commands.run(cancelForBuyer, { orderId: id, reason, acting });
    if (!isRejection(cancelled)) return cancelled;
    throw cancelled.rejected === 'unknown-order' ? unknownOrder() : orderProblem(cancelled);
  }
}
