import type { ComponentChildren } from 'preact';
import { LOCALES, locale, setLocale, type Locale } from '../locale.ts';
import { route } from '../route.ts';
import { setTheme, theme, THEMES, type Theme } from '../theme.ts';
import { say } from '../words.ts';

const LANGUAGES: Readonly<Record<Locale, string>> = { en: 'English', ru: 'Русский' };

export interface View {
  /** The first step of its route. */
  readonly name: string;
  readonly title: string;
}

/** The head of a page: its name, its views, and how to look at it. */
export function Bar({
  title,
  views,
  children,
}: {
  title: string;
  views: readonly View[];
  children?: ComponentChildren;
}) {
  const current = route.value[0] ?? views[0]?.name;
  return (
    <header class="bar">
      <a class="skip" href="#content" onClick={skip}>
        {say('skip')}
      </a>
      <h1>{title}</h1>
      <nav aria-label={title}>
        {views.map(({ name, title: words }) => (
          <a key={name} href={`#/${name}`} aria-current={name === current ? 'page' : undefined}>
            {words}
          </a>
        ))}
      </nav>
      <div class="end">
        {children}
        <select
          aria-label={say('language')}
          value={locale.value}
          onChange={(event) => setLocale(event.currentTarget.value as Locale)}
        >
          {LOCALES.map((name) => (
            <option key={name} value={name} lang={name}>
              {LANGUAGES[name]}
            </option>
          ))}
        </select>
        <select
          aria-label={say('theme')}
          value={theme.value}
          onChange={(event) => setTheme(event.currentTarget.value as Theme)}
        >
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {say(`theme_${name}`)}
            </option>
          ))}
        </select>
      </div>
    </header>
  );
}

/** The fragment of the address is the view's: the link must not change it. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#content')?.focus();
}
