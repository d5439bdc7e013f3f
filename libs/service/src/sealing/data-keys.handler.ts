import { Controller } from '@nestjs/common';
import { DataKeyAnnounced, DataKeyDestroyed } from '@tradewind/contracts';
import { Handles, keys, nothing, save, type Decision, type Given } from '@tradewind/messaging';
import { DataKeys } from './data-keys.table.js';

const load = { known: keys(DataKeys, (said: DataKeyAnnounced | DataKeyDestroyed) => [said.userId]) };

/** Keeps the service's own copy of `user.data-keys`. A destroyed key never comes back, whatever is repeated. */
@Controller()
export class DataKeysHandler {
  @Handles(DataKeyAnnounced, { load, consumer: 'keys' })
  announced({ userId, wrappedKey, createdAt }: DataKeyAnnounced, { known }: Given<typeof load>): Decision {
    if (known.get(userId)?.destroyedAt) return nothing();
    return save(DataKeys, { userId, wrappedKey, createdAt: new Date(createdAt) });
  }

  @Handles(DataKeyDestroyed, { load, consumer: 'keys' })
  destroyed({ userId }: DataKeyDestroyed, { known, now }: Given<typeof load>): Decision {
    if (known.get(userId)?.destroyedAt) return nothing();
    return save(DataKeys, { userId, destroyedAt: now });
  }
}
