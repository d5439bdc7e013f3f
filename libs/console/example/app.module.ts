import { Module } from '@nestjs/common';
import { ConsoleModule } from '@tradewind/console';

/** Your service, with its MessagingModule. */
@Module({})
class ServiceModule {}

/** The console at /admin/console, for the people whom your application knows as operators. */
@Module({
  imports: [
    ServiceModule,
    ConsoleModule.forRoot({
      path: '/admin/console',
      access: {
        authenticate: ({ headers }) => {
          const name = headers['x-authenticated-user'];
          return typeof name === 'string' ? { id: name, name, role: 'operator' } : undefined;
        },
      },
    }),
  ],
})
export class AppModule {}
