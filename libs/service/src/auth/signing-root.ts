import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** A signing key, and when tokens signed with it are accepted. The instants are ISO 8601 texts, because exactly these are signed. */
export interface KeyStatement {
  readonly kid: string;
  /** The `x` of an Ed25519 JWK. */
  readonly publicKey: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Of another kind than the other one, so that no signature of one is a signature of the other. */
const announcementOf = ({ kid, publicKey, notBefore, notAfter }: KeyStatement): Buffer =>
  Buffer.from(JSON.stringify(['tradewind signing key announced', kid, publicKey, notBefore, notAfter]));
const retirementOf = (kid: string): Buffer => Buffer.from(JSON.stringify(['tradewind signing key retired', kid]));

const jwk = { kty: 'OKP', crv: 'Ed25519' } as const;

/** The public root key of the deployment. Only what its private key has signed is accepted as a signing key, or as its retirement. */
export class SigningRoot {
  readonly #key: KeyObject;

  constructor(publicKey: string) {
    this.#key = createPublicKey({ format: 'jwk', key: { ...jwk, x: publicKey } });
  }

  hasAnnounced(key: KeyStatement, signature: string): boolean {
    return this.#hasSigned(announcementOf(key), signature);
  }

  hasRetired(kid: string, signature: string): boolean {
    return this.#hasSigned(retirementOf(kid), signature);
  }

  #hasSigned(statement: Buffer, signature: string): boolean {
    return verify(null, statement, this.#key, Buffer.from(signature, 'base64url'));
  }
}

/** The private root key. Only the user service has it. */
export class SigningRootSigner {
  readonly #key: KeyObject;

  /** Throws if the keys are not a pair. */
  constructor(publicKey: string, privateKey: string) {
    this.#key = createPrivateKey({ format: 'jwk', key: { ...jwk, x: publicKey, d: privateKey } });
    // Node believes the x of the JWK; the key that the d has decides.
    const { x } = createPublicKey(this.#key).export({ format: 'jwk' });
    if (x !== publicKey || !new SigningRoot(publicKey).hasRetired('', this.retire('')))
      throw new Error(
        'SIGNING_ROOT_PRIVATE_KEY is not the private key of SIGNING_ROOT_PUBLIC_KEY: set both from one key pair',
      );
  }

  announce(key: KeyStatement): string {
    return sign(null, announcementOf(key), this.#key).toString('base64url');
  }

  retire(kid: string): string {
    return sign(null, retirementOf(kid), this.#key).toString('base64url');
  }
}
