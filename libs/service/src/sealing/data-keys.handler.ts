import { Controller } from '@nestjs/common';
import { DataKeyAnnounced, DataKeyDestroyed } from '@tradewind/contracts';
import { Handles, rows, nothing, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { DataKeys } from './data-keys.table.js';

const load = { known: rows(DataKeys, (message: DataKeyAnnounced | DataKeyDestroyed) => [message.userId]) };

/** Keeps the service's own copy of `user.data-keys`. A repeated message never brings a destroyed key back. */
@Controller()
export class DataKeysHandler {
  @Handles(DataKeyAnnounced, { load, consumer: 'keys' })
  announced({ userId, wrappedKey, createdAt }: DataKeyAnnounced, { known }: HandlerContext<typeof load>): Decision {
    if (known.get(userId)?.destroyedAt) return nothing();
    return save(DataKeys, { userId, wrappedKey, createdAt: new Date(createdAt) });
  }

  @Handles(DataKeyDestroyed, { load, consumer: 'keys' })
  destroyed({ userId }: DataKeyDestroyed, { known, now }: HandlerContext<typeof load>): Decision {
    if (known.get(userId)?.destroyedAt) return nothing();
    return save(DataKeys, { userId, destroyedAt: now });
  }
}
