/** npm runs this after `npm ci`: builds the pages for people, where what builds them was installed, too. */
import { fileURLToPath } from 'node:url';

if (isInstalled('esbuild')) await import('./pages.ts');
else console.log('The pages for people are not built: what builds them is not installed (--omit=dev).');

function isInstalled(name: string): boolean {
  try {
    return fileURLToPath(import.meta.resolve(name)) !== '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return false;
    throw error;
  }
}
