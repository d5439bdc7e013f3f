import { generateKeyPairSync } from 'node:crypto';
import { SigningRootSigner } from '@tradewind/service';
import type { SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';

const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });

/** The settings of services under test: the root key of this process. */
export const rootEnvironment = { SIGNING_ROOT_PUBLIC_KEY: x } as const;
export const rootKeys = { ...rootEnvironment, SIGNING_ROOT_PRIVATE_KEY: d } as const;

const testSigner = new SigningRootSigner(x, d);
const dayMs = 86_400_000;

/** The message that announces a key, valid for a day, as the user service publishes it. */
export function announcementOf(
  { kid, publicKey }: { readonly kid: string; readonly publicKey: string },
  root = testSigner,
): SigningKeyAnnounced {
  const now = Date.now();
  const statement = {
    kid,
    publicKey,
    notBefore: new Date(now).toISOString(),
    notAfter: new Date(now + dayMs).toISOString(),
  };
  return { ...statement, signature: root.announce(statement) };
}

/** The message that retires a key, as the user service publishes it. */
export const retirementOf = (kid: string, root = testSigner): SigningKeyRetired => ({
  kid,
  signature: root.retire(kid),
});
