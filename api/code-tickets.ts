/** What a browser holds between the password and the code of the second factor: signed, so that any process takes it, and of no use alone. */
import { createHmac } from 'node:crypto';
import type { Account } from '../people/account.ts';
import { isSameText } from '../people/secret.ts';

export interface CodeTickets {
  make(account: Account): string;
  /** The user name, unless the ticket is forged or too old, or rights or password have changed since. */
  read(ticket: string, accountOf: (user: string) => Account | undefined): string | undefined;
}

const LASTS_MS = 5 * 60_000;

export function createCodeTickets(secret: string, clock: () => number): CodeTickets {
  const sign = (text: string) => createHmac('sha256', secret).update(`code ticket ${text}`).digest('base64url');
  return {
    make({ user, epoch }) {
      const text = `${user}~${epoch}~${clock() + LASTS_MS}`;
      return `${text}~${sign(text)}`;
    },
    read(ticket, accountOf) {
      const [user = '', epoch, until, signature = ''] = ticket.split('~');
      if (!isSameText(signature, sign(`${user}~${epoch}~${until}`)) || !(Number(until) > clock())) return undefined;
      return accountOf(user)?.epoch === Number(epoch) ? user : undefined;
    },
  };
}
