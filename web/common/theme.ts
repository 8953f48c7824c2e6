/** Light or dark: as the machine is set, until somebody chooses here. */
import { signal } from '@preact/signals';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = 'library.theme';
const KNOWN: readonly string[] = THEMES;

function isTheme(text: string | null): text is Theme {
  return text !== null && KNOWN.includes(text);
}

function show(theme: Theme): Theme {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  return theme;
}

const kept = localStorage.getItem(KEPT);
export const theme = signal<Theme>(show(isTheme(kept) ? kept : 'auto'));

export function setTheme(chosen: Theme): void {
  localStorage.setItem(KEPT, chosen);
  theme.value = show(chosen);
}

const darkMachine = matchMedia('(prefers-color-scheme: dark)');
/** Whether the page is dark now; charts are painted, and have to be told. */
export const isDark = signal(darkNow());
function darkNow(): boolean {
  return theme.value === 'dark' || (theme.value === 'auto' && darkMachine.matches);
}
theme.subscribe(() => (isDark.value = darkNow()));
darkMachine.addEventListener('change', () => (isDark.value = darkNow()));
