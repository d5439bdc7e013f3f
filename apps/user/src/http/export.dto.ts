import { roles } from '@tradewind/contracts';
import { ApiProperty } from '@tradewind/service';
import { ProfileView } from './users.dto.js';

export class ExportedAccount extends ProfileView {
  @ApiProperty({ enum: roles }) readonly role!: string;
  @ApiProperty({ format: 'date-time' }) readonly registeredAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly emailVerifiedAt!: string | null;
}

export class ExportedSession {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'date-time' }) readonly openedAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly endedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it ended' }) readonly endedBy!: string | null;
}

export class ExportView {
  @ApiProperty({ format: 'date-time' }) readonly exportedAt!: string;
  @ApiProperty({ type: ExportedAccount }) readonly account!: ExportedAccount;
  @ApiProperty({ type: [ExportedSession], description: 'Also those that ended; deleted a day after they expire' })
  readonly sessions!: ExportedSession[];
}
