// Jest's transformer: the same type stripping that Node applies when it runs the product, so tests run what ships.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process: (source, path) => ({ code: path.endsWith('.ts') ? stripTypeScriptTypes(source) : source }),
};
