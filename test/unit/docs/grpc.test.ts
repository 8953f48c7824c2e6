import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { AcquisitionSource as RestSource, InstallStatus as RestInstallStatus } from '../../../lib/contract/library.ts';
import { AcquisitionSource } from '../../../lib/grpc/generated/library/v1/AcquisitionSource.ts';
import { InstallStatus } from '../../../lib/grpc/generated/library/v1/InstallStatus.ts';
import { libraryProto } from '../../../lib/grpc/protos.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';

const doc = readFileSync(path.join(PROJECT_ROOT, 'docs/grpc.md'), 'utf8');
const { LibraryQueryService, LibraryCommandService } = libraryProto().library.v1;
const METHODS = [...Object.keys(LibraryQueryService.service), ...Object.keys(LibraryCommandService.service)];

describe('docs/grpc.md', () => {
  const rows = [...doc.matchAll(/^\| `(\w+)`\s+\| ([a-z, ]+?)\s+\| `([A-Z]+) ([^`]+)`/gm)];

  it('lists every method, and no other', () => {
    expect(rows.map(([, name]) => name)).toEqual(METHODS);
  });

  it.each(rows.map(([, name, roles, method, twin]) => [name, roles, method, twin] as const))(
    'names of %s the twin in REST, with its roles',
    (_name, roles, method, twin) => {
      const endpoint = ENDPOINTS.find((one) => one.method === method && one.path === twin);
      expect(roles?.split(', ').sort()).toEqual(Object.keys(endpoint?.access ?? {}).sort());
    },
  );
});

describe('the enums of the protos', () => {
  const words = (values: object, prefix: string) =>
    Object.keys(values)
      .map((name) => name.slice(prefix.length + 1).toLowerCase())
      .filter((word) => word !== 'unspecified')
      .sort();

  it('have the values of the contract', () => {
    const of = (schema: unknown) => [...(schema as { enum: string[] }).enum].sort();
    expect(words(AcquisitionSource, 'ACQUISITION_SOURCE')).toEqual(of(RestSource));
    expect(words(InstallStatus, 'INSTALL_STATUS')).toEqual(of(RestInstallStatus));
  });
});
