import { Controller } from '@nestjs/common';
import { UserForgotten } from '@tradewind/contracts';
import { Handles, keys, matching, nothing, type Decision, type Given } from '@tradewind/messaging';
import { forget } from '../domain/cart.js';
import { CartLines, Carts } from '../storage/cart.tables.js';
import { keepEmptied } from '../commands/cart-words.js';

const load = {
  carts: keys(Carts, ({ userId }: UserForgotten) => [userId]),
  lines: matching(CartLines, 'userId', ({ userId }: UserForgotten) => [userId]),
};

@Controller()
export class ForgetUserHandler {
  @Handles(UserForgotten, { load })
  forget({ userId }: UserForgotten, given: Given<typeof load>): Decision {
    const event = forget(userId, given.carts.get(userId), given.now);
    return event ? keepEmptied(event, given) : nothing();
  }
}
