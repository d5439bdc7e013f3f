import { Inject, Injectable } from '@nestjs/common';
import type { StaffRole, UserId } from '@tradewind/contracts';
import { isRejection, type Rejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import type { ActingStaff } from '@tradewind/service';
import { changeStaffAccount } from '../commands/change-staff.command.js';
import type { emailTaken } from '../domain/account.js';
import type { StaffChange } from '../domain/staff-account.js';
import { StaffQueries, type StaffRow } from '../storage/staff.queries.js';
import { Accounts, type RegistrationForm } from './accounts.js';
import { PersonalSeal } from './personal-seal.js';

/** The account of a member of staff in clear text; it exists in responses only. */
export interface StaffMember {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly role: StaffRole;
  readonly disabled: boolean;
  readonly registeredAt: Date;
}

/** The accounts of staff, as an admin manages them. */
@Injectable()
export class StaffAccounts {
  constructor(
    private readonly accounts: Accounts,
    private readonly seal: PersonalSeal,
    private readonly queries: StaffQueries,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  async add(form: RegistrationForm, role: StaffRole, acting: ActingStaff): Promise<StaffMember | typeof emailTaken> {
    const registered = await this.accounts.register(form, role, acting);
    return isRejection(registered) ? registered : this.#member(registered.id);
  }

  /** Newest first, starting before the given account. */
  async list(before: UserId | undefined, limit: number): Promise<readonly StaffMember[]> {
    return (await this.queries.list(before, limit)).map((row) => this.#open(row));
  }

  /** Rejected: `unknown-staff` or `own-account`. */
  async change(userId: UserId, change: StaffChange, acting: ActingStaff): Promise<StaffMember | Rejection> {
    const changed = await this.commands.run(changeStaffAccount, { userId, change, acting });
    return isRejection(changed) ? changed : this.#member(userId);
  }

  async #member(id: UserId): Promise<StaffMember> {
    const row = await this.queries.find(id);
    if (!row) throw new TypeError(`the account ${id} is gone`);
    return this.#open(row);
  }

  #open({ userId: id, role, status, email, name, wrappedKey, registeredAt }: StaffRow): StaffMember {
    return {
      id,
      email: this.seal.open(id, wrappedKey, 'user.email', email),
      name: this.seal.open(id, wrappedKey, 'user.name', name),
      role,
      disabled: status === 'disabled',
      registeredAt,
    };
  }
}
