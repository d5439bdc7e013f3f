/** What each program of the image does without settings: with this text and exit code it shows that everything it needs is there. */
export interface ProgramRun {
  readonly program: string;
  readonly args?: readonly string[];
  readonly code: number;
  readonly output: RegExp;
}

const services = ['user', 'product', 'cart', 'order', 'payment'];
const missing = (name: string): RegExp => new RegExp(`${name} is missing`);

export const programRuns: readonly ProgramRun[] = [
  ...[...services, 'gateway'].map((name) => ({
    program: `apps/${name}/src/main.js`,
    code: 1,
    output: missing('KAFKA_BROKERS'),
  })),
  ...services.map((name) => ({
    program: `apps/${name}/src/operate.js`,
    args: ['migrate'],
    code: 1,
    output: missing('DATABASE_URL'),
  })),
  { program: 'apps/user/src/create-admin.js', code: 1, output: missing('ADMIN_PASSWORD') },
  { program: 'apps/user/src/rotate-secret.js', code: 1, output: missing('SIGNING_ROOT_PRIVATE_KEY') },
  { program: 'apps/order/src/rotate-secret.js', code: 1, output: missing('DATA_KEY_SECRET') },
  { program: 'tools/tradewind/main.js', args: ['--help'], code: 0, output: /dead-letters/ },
  { program: 'tools/tradewind/main.js', args: ['audit'], code: 2, output: /ORDER_DATABASE_URL/ },
  { program: 'tools/provider/main.js', code: 1, output: missing('PROVIDER_LOG') },
  { program: 'tools/shop/cli.js', args: ['--plan', '--days', '3'], code: 0, output: /Would simulate 68 orders/ },
  { program: 'tools/image/write-secrets.js', args: ['--help'], code: 0, output: /docker-compose/ },
];
