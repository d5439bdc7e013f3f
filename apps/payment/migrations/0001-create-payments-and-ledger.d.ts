import type { MigrationInterface, QueryRunner } from 'typeorm';
export declare class CreatePaymentsAndLedger1760000000001 implements MigrationInterface {
    up(runner: QueryRunner): Promise<void>;
    down(runner: QueryRunner): Promise<void>;
}
//# sourceMappingURL=0001-create-payments-and-ledger.d.ts.map