import { Module, type DynamicModule } from '@nestjs/common';
import { contracts, topics } from '@tradewind/contracts';
import { Clock, Randomness, ServiceModule, StaffActions, type ServiceDefinition } from '@tradewind/service';
import { CreateAccountsAndKeys1760000000001 } from '../migrations/0001-create-accounts-and-keys.js';
import { Accounts } from './accounts/accounts.js';
import { Emails } from './accounts/emails.js';
import { LogIns } from './accounts/log-ins.js';
import { OutgoingMails } from './accounts/outgoing-mails.js';
import { Passwords } from './accounts/passwords.js';
import { PersonalExports } from './accounts/personal-export.js';
import { PersonalSeal } from './accounts/personal-seal.js';
import { ReAuthentication } from './accounts/re-authentication.js';
import { SecretRotation } from './accounts/secret-rotation.js';
import { SessionSweeper } from './accounts/session-sweeper.js';
import { StaffAccounts } from './accounts/staff-accounts.js';
import { TombstoneRepeater } from './accounts/tombstone-repeater.js';
import { SendMailEffect } from './effects/send-mail.effect.js';
import { AuthController } from './http/auth.controller.js';
import { EmailsController } from './http/emails.controller.js';
import { PasswordsController } from './http/passwords.controller.js';
import { StaffController } from './http/staff.controller.js';
import { UsersController } from './http/users.controller.js';
import { FileMailer } from './mail/file-mailer.js';
import { Mailer } from './mail/mailer.js';
import { LoginThrottle } from './passwords/login-throttle.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { AccountQueries } from './storage/account.queries.js';
import { ErasureQueries } from './storage/erasure.queries.js';
import { MailedTokenQueries } from './storage/mailed-token.queries.js';
import { SessionQueries } from './storage/session.queries.js';
import { SigningKeyQueries } from './storage/signing-key.queries.js';
import { StaffQueries } from './storage/staff.queries.js';
import { lockOrder } from './storage/tables.js';
import { AccessTokens } from './tokens/access-token.js';
import { SigningKeyRotation } from './tokens/signing-key-rotation.js';
import { UserConfig } from './user.config.js';

export const user: ServiceDefinition = {
  messaging: {
    service: 'user',
    contracts,
    lockOrder: [...lockOrder, StaffActions],
    effects: [SendMailEffect],
    deadLetters: topics.userDeadLetters,
  },
  handlers: [],
  migrations: [CreateAccountsAndKeys1760000000001],
};

/** Accounts and authentication. */
@Module({})
export class UserModule {
  static forRoot(config: UserConfig): DynamicModule {
    return {
      module: UserModule,
      imports: [ServiceModule.forRoot({ config, ...user })],
      controllers: [UsersController, StaffController, AuthController, PasswordsController, EmailsController],
      providers: [
        { provide: UserConfig, useValue: config },
        {
          provide: Mailer,
          useFactory: (clock: Clock, randomness: Randomness) =>
            new FileMailer({ folder: config.MAIL_FOLDER, from: config.MAIL_FROM }, { clock, randomness }),
          inject: [Clock, Randomness],
        },
        Accounts,
        Emails,
        StaffAccounts,
        LogIns,
        OutgoingMails,
        Passwords,
        PersonalExports,
        PersonalSeal,
        ReAuthentication,
        SendMailEffect,
        SecretRotation,
        TombstoneRepeater,
        ErasureQueries,
        SessionSweeper,
        LoginThrottle,
        PasswordHasher,
        AccountQueries,
        MailedTokenQueries,
        SessionQueries,
        StaffQueries,
        SigningKeyQueries,
        AccessTokens,
        SigningKeyRotation,
      ],
    };
  }
}
