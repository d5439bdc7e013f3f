import { Inject, Injectable } from '@nestjs/common';
import { userId, type Role, type UserId } from '@tradewind/contracts';
import { isRejection, newId } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { Clock, Randomness, type ActingStaff } from '@tradewind/service';
import { changeOwnProfile } from '../commands/change-profile.command.js';
import { forgetPerson } from '../commands/forget.command.js';
import { register } from '../commands/register.command.js';
import { emailTaken } from '../domain/account.js';
import { tooSoon } from '../domain/mailed-token.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { refuseWeak } from '../passwords/weak-password.js';
import { AccountQueries, type SealedProfile } from '../storage/account.queries.js';
import { normaliseEmail } from './email.js';
import { Emails } from './emails.js';
import { PersonalSeal, type PersonalField } from './personal-seal.js';
import { uniqueEmail } from './unique-email.js';

/** The profile as its owner sees it, in clear text; it exists in responses only. */
export interface Profile {
  readonly id: UserId;
  readonly email: string;
  readonly emailVerified: boolean;
  /** The address of which a confirmation is awaited. */
  readonly pendingEmail: string | null;
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
    private readonly emails: Emails,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  /** Throws a 400 problem for a weak password. `acting` creates the account of another person. */
  async register(form: RegistrationForm, role: Role, acting?: ActingStaff): Promise<Profile | typeof emailTaken> {
    const { name, password } = form;
    const email = normaliseEmail(form.email);
    const [emailIndex, ...earlierIndexes] = this.seal.emailIndexes(email) as [string, ...string[]];
    refuseWeak(password, { email, name });
    // saves the cost of a hash for a taken address; the commit decides
    if (await this.queries.byEmail([emailIndex, ...earlierIndexes])) return emailTaken;
    const passwordHash = await this.hasher.hash(password);
    const id = userId(newId({ clock: this.clock, randomness: this.randomness }));
    const wrappedKey = this.seal.newKey(id);
    const seal = (field: PersonalField, clear: string): string => this.seal.seal(id, wrappedKey, field, clear);
    const registered = await uniqueEmail(() =>
      this.commands.run(register, {
        userId: id,
        role,
        email: seal('user.email', email),
        emailIndex,
        earlierIndexes,
        name: seal('user.name', name),
        wrappedKey,
        passwordHash,
        verification: this.emails.verification({ userId: id, wrappedKey }, email),
        ...(acting && { acting }),
      }),
    );
    return isRejection(registered) ? emailTaken : { id, email, emailVerified: false, pendingEmail: null, name };
  }

  async roleOf(email: string): Promise<Role | undefined> {
    return (await this.queries.byEmail(this.seal.emailIndexes(email)))?.role;
  }

  async profile(id: UserId): Promise<Profile | undefined> {
    const found = await this.queries.profile(id);
    return found && this.#open(found);
  }

  /** The name changes at once. A new address is confirmed first, and whether it is another account's is not answered. Undefined: the person was forgotten. */
  async change(
    id: UserId,
    { name, email }: Partial<Pick<Profile, 'email' | 'name'>>,
  ): Promise<Profile | typeof tooSoon | undefined> {
    const found = await this.queries.profile(id);
    if (!found) return undefined;
    const emailChange = email === undefined ? undefined : await this.emails.change(found, normaliseEmail(email));
    if (name !== undefined || emailChange) {
      const changed = await this.commands.run(changeOwnProfile, {
        userId: id,
        ...(name !== undefined && { name: this.seal.seal(id, found.wrappedKey, 'user.name', name) }),
        ...(emailChange && { emailChange }),
      });
      if (isRejection(changed)) return changed.rejected === tooSoon.rejected ? tooSoon : undefined;
    }
    return this.profile(id);
  }

  async forget(id: UserId): Promise<void> {
    await this.commands.run(forgetPerson, { userId: id });
  }

  #open({ userId: id, wrappedKey, email, emailVerified, pendingEmail, name }: SealedProfile): Profile {
    const open = (field: PersonalField, sealed: string): string => this.seal.open(id, wrappedKey, field, sealed);
    return {
      id,
      email: open('user.email', email),
      emailVerified,
      pendingEmail: pendingEmail === null ? null : open('user.email', pendingEmail),
      name: open('user.name', name),
    };
  }
}
