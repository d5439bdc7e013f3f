import pg from 'pg';

/**
 * Creates a database and a role of the same name, which can connect to this database and to no other service's. Idempotent; sets a
 * changed password.
 */
export async function createServiceDatabase(adminUrl: string, name: string, password: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const role = pg.escapeIdentifier(name);
    const existingRole = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
    await admin.query(
      `${existingRole.rowCount ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`,
    );
    const existingDatabase = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!existingDatabase.rowCount) {
      // Without superuser, an administrator can create a database only for a role that it is a member of.
      await admin.query(`GRANT ${role} TO CURRENT_USER`);
      await admin.query(`CREATE DATABASE ${role} OWNER ${role} TEMPLATE template0 ENCODING 'UTF8'`);
    }
    await revokePublicAccess(admin, name);
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** By default every role can connect to a database; after this, only its owner can. */
export async function revokePublicAccess(admin: pg.Client, database: string): Promise<void> {
  await admin.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC`);
}
