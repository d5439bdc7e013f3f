export interface FreshDatabase {
    readonly url: string;
    drop(): Promise<void>;
}
/** An empty database for one test file, or a copy of `template`, in the cluster of TEST_DATABASE_URL. */
export declare function freshDatabase(template?: string): Promise<FreshDatabase>;
//# sourceMappingURL=fresh-database.d.ts.map