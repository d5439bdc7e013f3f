import { Controller } from '@nestjs/common';
import { UserForgotten } from '@tradewind/contracts';
import { Handles, rows, rowsWhere, type Decision, type HandlerContext } from '@tradewind/messaging';
import { destroyKey, keyOfForgotten } from '@tradewind/service';
import { forget } from '../domain/cart.js';
import { CartLines, Carts } from '../storage/cart.tables.js';
import { recordEmptied } from '../commands/cart.changes.js';

const load = {
  keys: keyOfForgotten,
  carts: rows(Carts, ({ userId }: UserForgotten) => [userId]),
  lines: rowsWhere(CartLines, 'userId', ({ userId }: UserForgotten) => [userId]),
};

@Controller()
export class ForgetUserHandler {
  /** Destroys the user's data key and empties the cart. */
  @Handles(UserForgotten, { load })
  forget(forgotten: UserForgotten, context: HandlerContext<typeof load>): Decision {
    const { userId } = forgotten;
    const destroyed = destroyKey(forgotten, context.keys, context.now);
    const event = forget(userId, context.carts.get(userId), context.now);
    return event ? destroyed.and(recordEmptied(event, context)) : destroyed;
  }
}
