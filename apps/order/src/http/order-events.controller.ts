import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { OrderId } from '@tradewind/kernel';
import { CurrentUser, problem, type User } from '@tradewind/service';
import type { Response } from 'express';
import type { HistoryRow } from '../storage/order.queries.js';
import { EventStream } from './event-stream.js';
import { OrderPath } from './order.dto.js';
import { OwnOrders } from './own-orders.js';

const beatMilliseconds = 15_000;

@ApiTags('orders')
@Controller('orders')
export class OrderEventsController {
  constructor(private readonly own: OwnOrders) {}

  /** Each fact of the order's history once, from after `Last-Event-ID` on; the stream ends with the order, 204 says that it has ended. */
  @Get(':id/events')
  @ApiOperation({ summary: 'What happens to one of your orders, as server-sent events' })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Go on after this event.' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiNotFoundResponse()
  async follow(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Headers('last-event-id') last: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const after = position(last);
    await this.own.expect(user.id, id);
    const first = await this.own.history(user.id, id, after, 0);
    if (first && over(first) && first.history.length <= after) return void response.status(204).end();
    await this.#tell(user, id, after, new EventStream(response));
  }

  async #tell(user: User, id: OrderId, after: number, stream: EventStream): Promise<void> {
    let told = after;
    while (stream.open) {
      const row = await this.own.history(user.id, id, told, beatMilliseconds);
      for (const { what, ...fact } of row?.history.slice(told) ?? [])
        stream.send(++told, what, { orderId: id, ...fact });
      if (!row) stream.beat();
      else if (over(row)) stream.end();
    }
  }
}

/** Nothing can happen to it any more that its buyer waits for. */
const over = ({ status }: HistoryRow): boolean => status === 'rejected' || status === 'cancelled';

function position(last: string | undefined): number {
  if (last === undefined || last === '') return 0;
  if (/^\d{1,6}$/.test(last)) return Number(last);
  const detail = 'must be the id of an event of this stream';
  throw problem(400, 'invalid-request', `the header Last-Event-ID ${detail}`, {
    errors: [{ field: 'Last-Event-ID', detail }],
  });
}
