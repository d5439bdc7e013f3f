import type { UserId } from '@tradewind/contracts';
import { schedule, type Decision } from '@tradewind/messaging';

/** A message that waits to be sent. Address and text are sealed with the person's data key: nothing of a forgotten person can be sent. */
export interface OutgoingMail {
  readonly mailId: string;
  readonly userId: UserId;
  readonly sealed: string;
}

/** The name of the effect. */
export const sendMailEffect = 'user.send-mail';

/** Messages wait for no other message of their person. */
export const sendMail = (mail: OutgoingMail): Decision => schedule(sendMailEffect, mail.mailId, mail);
