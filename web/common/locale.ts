/** The language of a page, and what is said in it: words, numbers, times, sizes. */
import { computed, signal } from '@preact/signals';

export const LOCALES = ['en', 'ru'] as const;
export type Locale = (typeof LOCALES)[number];

/** A text, or one for each plural category (CLDR) of its `count`. `{name}` stands for a value. */
export type Text = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Texts<Key extends string = string> = Readonly<Record<Key, Text>>;

const KEPT = 'library.locale';

export const locale = signal<Locale>(firstLocale());
const plurals = computed(() => new Intl.PluralRules(locale.value));

export function setLocale(chosen: Locale): void {
  locale.value = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

function firstLocale(): Locale {
  const wanted = [localStorage.getItem(KEPT) ?? '', ...navigator.languages.map((tag) => tag.slice(0, 2))];
  const found = wanted.find((tag): tag is Locale => LOCALES.some((known) => known === tag)) ?? 'en';
  document.documentElement.lang = found;
  return found;
}

/** Says what stands under a key in the language that is chosen; all languages have the keys of English. */
export function speaker<Key extends string>(texts: Readonly<Record<Locale, Texts<Key>>>) {
  return (key: Key, values: Readonly<Record<string, string | number>> = {}): string => {
    const text = texts[locale.value][key];
    const chosen =
      typeof text === 'string' ? text : (text[plurals.value.select(Number(values['count']))] ?? text.other);
    return chosen.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === 'number' ? number(value) : (value ?? '');
    });
  };
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale.value} ${JSON.stringify(options)}`;
  let format = formats.get(key) as Intl.NumberFormat | undefined;
  if (format === undefined) formats.set(key, (format = new Intl.NumberFormat(locale.value, options)));
  return format;
}

function timeFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `at ${locale.value} ${JSON.stringify(options)}`;
  let format = formats.get(key) as Intl.DateTimeFormat | undefined;
  if (format === undefined) formats.set(key, (format = new Intl.DateTimeFormat(locale.value, options)));
  return format;
}

export function number(value: number, digits = 0): string {
  return numberFormat({ maximumFractionDigits: digits }).format(value);
}

/** A share of one: 0.42 is 42 %. */
export function percent(share: number, digits = 0): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: digits }).format(share);
}

/** An amount in a currency's smallest unit (ISO 4217). */
export function money(amountMinor: number, currency: string): string {
  const format = numberFormat({ style: 'currency', currency });
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** A number with its unit, as `Intl` knows it: `millisecond`, `second`, `minute`. */
export function quantity(value: number, unit: string, digits = 0): string {
  return numberFormat({ style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: digits }).format(value);
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function bytes(count: number): string {
  const step = count < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log(count) / Math.log(1_000)));
  const unit = SIZES[step] ?? 'byte';
  const maximumFractionDigits = step === 0 ? 0 : 1;
  return numberFormat({ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(
    count / 1_000 ** step,
  );
}

/** Hours and minutes; seconds below an hour. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const part = (value: number, unit: 'hour' | 'minute' | 'second') =>
    numberFormat({ style: 'unit', unit, unitDisplay: 'narrow' }).format(value);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${part(hours, 'hour')} ${part(minutes, 'minute')}`;
  return minutes > 0 ? `${part(minutes, 'minute')} ${part(whole % 60, 'second')}` : part(whole, 'second');
}

/** Date and time to the second, in the zone of whoever looks. @param when ms since the Unix epoch, or ISO 8601 */
export function moment(when: number | string): string {
  return timeFormat({ dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(when));
}

/** The time of day to the minute. @param when ms since the Unix epoch, or ISO 8601 */
export function minuteOfDay(when: number | string): string {
  return timeFormat({ timeStyle: 'short' }).format(new Date(when));
}

/** The time of day to the second. @param when ms since the Unix epoch, or ISO 8601 */
export function timeOfDay(when: number | string): string {
  return timeFormat({ timeStyle: 'medium' }).format(new Date(when));
}

/** The day. @param when ms since the Unix epoch, or ISO 8601 */
export function day(when: number | string): string {
  return timeFormat({ dateStyle: 'medium' }).format(new Date(when));
}
