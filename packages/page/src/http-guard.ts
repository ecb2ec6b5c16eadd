/**
 * Who may ask. The page shows everything that a kernel holds, so only programs of this machine are answered, and of those no page of
 * another site: a browser lets any site send requests to a loopback port, and by rebinding a name of its own even read the answers.
 */
import type { IncomingMessage } from 'node:http';

export type Refusal = { readonly status: number; readonly message: string };

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Fetches and navigations that this page makes itself, and addresses that somebody typed. */
const OWN_SITES = ['same-origin', 'none'];

/** Undefined: it may be answered. */
export const findRefusal = ({ method, headers }: IncomingMessage, port: number): Refusal | undefined => {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, message: 'this server only shows: GET and HEAD' };
  const hosts = LOOPBACK_NAMES.flatMap(name => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
  if (headers.host === undefined || !hosts.includes(headers.host.toLowerCase())) {
    return { status: 421, message: `this is not the host that was asked for; open http://127.0.0.1:${port}/` };
  }
  const { origin } = headers;
  if (origin !== undefined && !hosts.some(host => origin === `http://${host}`)) {
    return { status: 403, message: 'pages of other sites are not answered' };
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && !OWN_SITES.includes(String(site))) {
    return { status: 403, message: `pages of other sites are not answered; open http://127.0.0.1:${port}/ by hand` };
  }
  return undefined;
};

/** Nothing is loaded from elsewhere, nothing inline runs, no text becomes markup, nobody frames or keeps it. */
export const GUARD_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src 'self'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
