import type { PeerCertificate } from 'node:tls';

/**
 * One entry of the text that node makes of the subject's alternative names: `DNS:a.example, URI:spiffe://x/y`. An entry
 * with anything in it that could be taken for the end of an entry is written as a JSON string (CVE-2021-44532).
 */
const ALTERNATIVE = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/g;

/** By what a certificate calls its owner: the common name, then DNS names and URIs. Names of other kinds are left out. */
export function certificateNames({ subject, subjectaltname = '' }: PeerCertificate): string[] {
  const names: string[] = [];
  const commonName: unknown = subject.CN;
  if (typeof commonName === 'string') names.push(commonName);
  for (const [, kind, text = ''] of subjectaltname.matchAll(ALTERNATIVE)) {
    if (kind !== 'DNS' && kind !== 'URI') continue;
    names.push(text.startsWith('"') ? String(JSON.parse(text)) : text);
  }
  return names;
}
