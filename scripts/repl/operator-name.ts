import { hostname, userInfo } from 'node:os';

/** Who types, for the audit log: the account on this machine, and which machine it is. */
export function operatorName(): string {
  return `${process.env['SUDO_USER'] ?? userInfo().username}@${hostname()}`;
}
