import { Module } from '@nestjs/common';

/** Your service. */
@Module({})
export class AppModule {}
