import path from 'node:path';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as AccountProto } from './generated/account.ts';
import type { ProtoGrpcType as CatalogProto } from './generated/catalog.ts';
import type { ProtoGrpcType as LibraryProto } from './generated/library.ts';

const PROTOS = path.resolve(import.meta.dirname, '../../api/proto');

/** As `npm run proto:write` makes the types. */
const OPTIONS = { keepCase: true, longs: Number, enums: String, defaults: true, includeDirs: [PROTOS] };

function load(...files: readonly string[]): PackageDefinition {
  return loadSync([...files], OPTIONS);
}

/** The services of this one, and whatever further files name; for reflection. */
export function libraryDefinition(...further: readonly string[]): PackageDefinition {
  return load('v1/library.proto', ...further);
}

export function libraryProto(): LibraryProto {
  return loadPackageDefinition(load('v1/library.proto')) as unknown as LibraryProto;
}

export function accountProto(): AccountProto {
  return loadPackageDefinition(load('upstream/account.proto')) as unknown as AccountProto;
}

export function catalogProto(): CatalogProto {
  return loadPackageDefinition(load('upstream/catalog.proto')) as unknown as CatalogProto;
}
