import { Inject, Injectable } from '@nestjs/common';
import { Commands } from '@tradewind/messaging';
import { isCurrentlyWrapped, Randomness, unwrap, wrap } from '@tradewind/service';
import { rewrapDataKey, rewrapSigningKeys } from '../commands/rewrap.command.js';
import { AccountQueries } from '../storage/account.queries.js';
import { SigningKeyQueries } from '../storage/signing-key.queries.js';
import { signingSecrets } from '../tokens/key-pair.js';
import { PersonalSeal } from './personal-seal.js';

/** Accounts that are read and rewrapped together. */
const batch = 500;

/** Wraps every key anew with the first secret of DATA_KEY_SECRET, beside the running service. Interrupted, it is started again. */
@Injectable()
export class SecretRotation {
  constructor(
    private readonly seal: PersonalSeal,
    private readonly accounts: AccountQueries,
    private readonly signingKeys: SigningKeyQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  async run(): Promise<{ readonly secretId: string; readonly dataKeys: number; readonly signingKeys: number }> {
    const secretId = this.seal.secrets.current.id;
    let dataKeys = 0;
    for (;;) {
      const found = await this.accounts.notWrappedWith(secretId, batch);
      if (found.length === 0) break;
      await Promise.all(
        found.map(({ userId, email, wrappedKey }) =>
          this.commands.run(rewrapDataKey, {
            userId,
            before: wrappedKey,
            wrappedKey: this.seal.rewrap(userId, wrappedKey),
            emailIndex: this.seal.emailIndex(this.seal.open(userId, wrappedKey, 'user.email', email)),
          }),
        ),
      );
      dataKeys += found.length;
    }
    return { secretId, dataKeys, signingKeys: await this.#rewrapSigningKeys() };
  }

  async #rewrapSigningKeys(): Promise<number> {
    const secrets = signingSecrets(this.seal.secrets);
    const old = (await this.signingKeys.unretired()).filter(
      ({ privateKey }) => !isCurrentlyWrapped(secrets, privateKey),
    );
    const rewrapped = old.map(({ kid, privateKey: before }) => {
      const privateKey = wrap(secrets, kid, unwrap(secrets, kid, before), this.randomness);
      return [kid, { before, privateKey }] as const;
    });
    await this.commands.run(rewrapSigningKeys, new Map(rewrapped));
    return old.length;
  }
}
