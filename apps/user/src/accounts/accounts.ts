import { Inject, Injectable } from '@nestjs/common';
import { userId, type Role, type UserId } from '@tradewind/contracts';
import { isRejection, uuidv7 } from '@tradewind/kernel';
import { Commands, UniqueConflict } from '@tradewind/messaging';
import { Clock, problem, Randomness, type ActingStaff } from '@tradewind/service';
import { changeOwnProfile } from '../commands/change-profile.command.js';
import { forgetPerson } from '../commands/forget.command.js';
import { register } from '../commands/register.command.js';
import { emailTaken, type ProfileChange } from '../domain/account.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { weaknessOf } from '../passwords/weak-password.js';
import { AccountQueries, type SealedProfile } from '../storage/account.queries.js';
import { normaliseEmail } from './email.js';
import { PersonalSeal, type PersonalField } from './personal-seal.js';

/** The profile as its owner sees it, in clear text; it exists in responses only. */
export interface Profile {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
}

export interface RegistrationForm {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** Operations on accounts: hashes and seals around the commands, which see no clear text. */
@Injectable()
export class Accounts {
  constructor(
    private readonly seal: PersonalSeal,
    private readonly hasher: PasswordHasher,
    private readonly queries: AccountQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  /** Throws a 400 problem for a weak password. `acting` creates the account of another person. */
  async register(form: RegistrationForm, role: Role, acting?: ActingStaff): Promise<Profile | typeof emailTaken> {
    const { name, password } = form;
    const email = normaliseEmail(form.email);
    const [emailIndex, ...earlierIndexes] = this.seal.emailIndexes(email) as [string, ...string[]];
    const weakness = weaknessOf(password, { email, name });
    if (weakness !== undefined)
      throw problem(400, 'invalid-request', `password ${weakness}`, {
        errors: [{ field: 'password', detail: weakness }],
      });
    // saves the cost of a hash for a taken address; the commit decides
    if (await this.queries.byEmail([emailIndex, ...earlierIndexes])) return emailTaken;
    const passwordHash = await this.hasher.hash(password);
    const id = userId(uuidv7(this.clock.now().getTime(), this.randomness.bytes(10)));
    const wrappedKey = this.seal.newKey(id);
    const seal = (field: PersonalField, clear: string): string => this.seal.seal(id, wrappedKey, field, clear);
    const registered = await this.#uniqueEmail(() =>
      this.commands.run(register, {
        userId: id,
        role,
        email: seal('user.email', email),
        emailIndex,
        earlierIndexes,
        name: seal('user.name', name),
        wrappedKey,
        passwordHash,
        ...(acting && { acting }),
      }),
    );
    return isRejection(registered) ? emailTaken : { id, email, name };
  }

  async roleOf(email: string): Promise<Role | undefined> {
    return (await this.queries.byEmail(this.seal.emailIndexes(email)))?.role;
  }

  async profile(id: UserId): Promise<Profile | undefined> {
    const found = await this.queries.profile(id);
    return found && this.#open(found, found.wrappedKey);
  }

  /** Undefined: the person was forgotten. */
  async change(
    id: UserId,
    change: Partial<Pick<Profile, 'email' | 'name'>>,
  ): Promise<Profile | typeof emailTaken | undefined> {
    const found = await this.queries.profile(id);
    if (!found) return undefined;
    const seal = (field: PersonalField, clear: string): string => this.seal.seal(id, found.wrappedKey, field, clear);
    const [index, ...earlierIndexes] = this.seal.emailIndexes(change.email ?? '') as [string, ...string[]];
    const sealed: ProfileChange = {
      ...(change.email !== undefined && {
        email: { sealed: seal('user.email', normaliseEmail(change.email)), index },
      }),
      ...(change.name !== undefined && { name: seal('user.name', change.name) }),
    };
    if (Object.keys(sealed).length === 0) return this.#open(found, found.wrappedKey);
    const changed = await this.#uniqueEmail(() =>
      this.commands.run(changeOwnProfile, { userId: id, change: sealed, earlierIndexes }),
    );
    if (!isRejection(changed)) return this.#open({ ...found, ...changed }, found.wrappedKey);
    return changed.rejected === emailTaken.rejected ? emailTaken : undefined;
  }

  async forget(id: UserId): Promise<void> {
    await this.commands.run(forgetPerson, { userId: id });
  }

  #open({ userId: id, email, name }: Pick<SealedProfile, 'userId' | 'email' | 'name'>, wrappedKey: string): Profile {
    return {
      id,
      email: this.seal.open(id, wrappedKey, 'user.email', email),
      name: this.seal.open(id, wrappedKey, 'user.name', name),
    };
  }

  /** Of concurrent requests with one address, the unique constraint accepts one. */
  async #uniqueEmail<R>(run: () => Promise<R>): Promise<R | typeof emailTaken> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof UniqueConflict && error.constraint === 'accounts_email_unique') return emailTaken;
      throw error;
    }
  }
}
