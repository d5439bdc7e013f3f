import { IsId, staffRoles, type StaffRole, type UserId } from '@tradewind/contracts';
import { ApiProperty, ApiPropertyOptional } from '@tradewind/service';
import { IsBoolean, IsIn, ValidateIf } from 'class-validator';
import { RegisterBody } from './users.dto.js';

/** Unlike `@IsOptional()` it does not accept null. */
const ifPresent = ValidateIf((_, value) => value !== undefined);

export class AddStaffBody extends RegisterBody {
  @ApiProperty({ enum: staffRoles, example: 'support' })
  @IsIn(staffRoles)
  readonly role!: StaffRole;
}

export class ChangeStaffBody {
  @ApiPropertyOptional({ enum: staffRoles, example: 'support' })
  @ifPresent
  @IsIn(staffRoles)
  readonly role?: StaffRole;

  @ApiPropertyOptional({ description: 'A disabled account cannot log in' })
  @ifPresent
  @IsBoolean()
  readonly disabled?: boolean;
}

export class StaffPath {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly id!: UserId;
}

export class StaffView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'email' }) readonly email!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ enum: staffRoles }) readonly role!: StaffRole;
  @ApiProperty() readonly disabled!: boolean;
  @ApiProperty({ format: 'date-time' }) readonly registeredAt!: string;
}

export class StaffPage {
  @ApiProperty({ type: [StaffView] }) readonly items!: StaffView[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}
