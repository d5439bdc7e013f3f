import { roles, type Operator } from '@tradewind/console';

/** The staff member of an access token. It came from the gateway itself, so nothing else can have made it. Undefined for a customer. */
export function operatorOfToken(token: string, name: string): Operator | undefined {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly sub: string;
    readonly role: string;
  };
  const role = roles.find((each) => each === payload.role);
  return role && { id: payload.sub, name, role };
}
