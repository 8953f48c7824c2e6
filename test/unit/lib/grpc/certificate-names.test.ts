import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { certificateNames } from '../../../../lib/grpc/certificate-names.ts';

const named = (CN: unknown, subjectaltname?: string): string[] =>
  certificateNames({ subject: { CN }, subjectaltname } as unknown as PeerCertificate);

describe('the names of a certificate', () => {
  it.each([
    ['payments', undefined, ['payments']],
    [
      'payments',
      'DNS:a.example, DNS:b.example, URI:spiffe://c/d',
      ['payments', 'a.example', 'b.example', 'spiffe://c/d'],
    ],
    [undefined, 'DNS:a.example', ['a.example']],
    [['payments', 'chat'], '', []],
    ['x', 'email:payments@a.example, IP Address:10.0.0.1, othername:<unsupported>, DirName:"CN=payments"', ['x']],
  ])('of %j and %j are %j', (commonName, alternatives, names) => {
    expect(named(commonName, alternatives)).toEqual(names);
  });

  it('are one where one only looks like several: node writes such a one in quotes', () => {
    const inner = 'http://a/x, DNS:payments, URI:spiffe://b';
    expect(named('x', `URI:${JSON.stringify(inner)}, DNS:c`)).toEqual(['x', inner, 'c']);
    expect(named('x', 'URI:"a\\", DNS:payments"')).toEqual(['x', 'a", DNS:payments']);
  });
});
