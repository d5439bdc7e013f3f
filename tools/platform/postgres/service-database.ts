import pg from 'pg';

/**
 * One database and one role of the same name, which reaches this database and no other service's. May be repeated; a
 * password that has changed is taken over.
 */
export async function createServiceDatabase(adminUrl: string, name: string, password: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const role = pg.escapeIdentifier(name);
    const known = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
    await admin.query(
      `${known.rowCount ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`,
    );
    const exists = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!exists.rowCount) {
      // An administrator who is no superuser may give a database only to a role that he is a member of.
      await admin.query(`GRANT ${role} TO CURRENT_USER`);
      await admin.query(`CREATE DATABASE ${role} OWNER ${role} TEMPLATE template0 ENCODING 'UTF8'`);
    }
    await closeToThePublic(admin, name);
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** PostgreSQL lets everybody connect to a new database; from then on only its owner may. */
export async function closeToThePublic(admin: pg.Client, database: string): Promise<void> {
  await admin.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC`);
}
