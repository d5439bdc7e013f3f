import { Controller } from '@nestjs/common';
import { UserForgotten } from '@tradewind/contracts';
import { Handles, rows, rowsWhere, nothing, type Decision, type HandlerContext } from '@tradewind/messaging';
import { forget } from '../domain/cart.js';
import { CartLines, Carts } from '../storage/cart.tables.js';
import { recordEmptied } from '../commands/cart.changes.js';

const load = {
  carts: rows(Carts, ({ userId }: UserForgotten) => [userId]),
  lines: rowsWhere(CartLines, 'userId', ({ userId }: UserForgotten) => [userId]),
};

@Controller()
export class ForgetUserHandler {
  @Handles(UserForgotten, { load })
  forget({ userId }: UserForgotten, context: HandlerContext<typeof load>): Decision {
    const event = forget(userId, context.carts.get(userId), context.now);
    return event ? recordEmptied(event, context) : nothing();
  }
}
