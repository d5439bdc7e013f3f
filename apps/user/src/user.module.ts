import { Module, type DynamicModule } from '@nestjs/common';
import { contracts, topics } from '@tradewind/contracts';
import { ServiceModule, type Operable } from '@tradewind/service';
import { CreateAccounts1760000000001 } from '../migrations/0001-create-accounts.js';
import { CreateSessions1760000000002 } from '../migrations/0002-create-sessions.js';
import { CreateSigningKeys1760000000003 } from '../migrations/0003-create-signing-keys.js';
import { Accounts } from './accounts/accounts.js';
import { LogIns } from './accounts/log-ins.js';
import { PersonalSeal } from './accounts/personal-seal.js';
import { SessionSweeper } from './accounts/session-sweeper.js';
import { AuthController } from './http/auth.controller.js';
import { UsersController } from './http/users.controller.js';
import { LoginThrottle } from './passwords/login-throttle.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { AccountQueries } from './storage/account.queries.js';
import { SessionQueries } from './storage/session.queries.js';
import { SigningKeyQueries } from './storage/signing-key.queries.js';
import { lockOrder } from './storage/tables.js';
import { AccessTokens } from './tokens/access-token.js';
import { SigningKeeper } from './tokens/signing-keeper.js';
import { UserConfig } from './user.config.js';

export const user: Operable = {
  messaging: { service: 'user', contracts, lockOrder, deadLetters: topics.userDeadLetters },
  handlers: [],
  migrations: [CreateAccounts1760000000001, CreateSessions1760000000002, CreateSigningKeys1760000000003],
};

/** Who people are, and how they prove it. */
@Module({})
export class UserModule {
  static forRoot(config: UserConfig): DynamicModule {
    return {
      module: UserModule,
      imports: [ServiceModule.forRoot({ config, ...user })],
      controllers: [UsersController, AuthController],
      providers: [
        { provide: UserConfig, useValue: config },
        Accounts,
        LogIns,
        PersonalSeal,
        SessionSweeper,
        LoginThrottle,
        PasswordHasher,
        AccountQueries,
        SessionQueries,
        SigningKeyQueries,
        AccessTokens,
        SigningKeeper,
      ],
    };
  }
}
