import Type from 'typebox';
import type { TSchema } from 'typebox';

/** What the schema of a setting says beside its type: the variable that overrides it, its default, its meaning. */
interface Setting {
  readonly env: string;
  readonly default: unknown;
  readonly description: string;
  readonly secret?: true;
}

export const text = (setting: Setting, options: { pattern?: string; minLength?: number } = {}) =>
  Type.String({ minLength: 1, ...options, ...setting });
export const optionalText = (setting: Setting, options: { pattern?: string; minLength?: number } = {}) =>
  Type.Union([Type.String({ minLength: 1, ...options }), Type.Null()], { ...setting });
export const whole = (minimum: number, maximum: number, setting: Setting) =>
  Type.Integer({ minimum, maximum, ...setting });
export const number = (minimum: number, maximum: number, setting: Setting) =>
  Type.Number({ minimum, maximum, ...setting });
export const port = (setting: Setting) => whole(0, 65_535, setting);
export const optionalPort = (setting: Setting) =>
  Type.Union([Type.Integer({ minimum: 0, maximum: 65_535 }), Type.Null()], { ...setting });
export const optionalWhole = (minimum: number, maximum: number, setting: Setting) =>
  Type.Union([Type.Integer({ minimum, maximum }), Type.Null()], { ...setting });
export const oneOf = <Values extends string[]>(values: readonly [...Values], setting: Setting) =>
  Type.Enum<Values>(values, { type: 'string', ...setting });
export const listOf = <Values extends string[]>(values: readonly [...Values], setting: Setting) =>
  Type.Array(Type.Enum<Values>(values, { type: 'string' }), { minItems: 1, uniqueItems: true, ...setting });
export const group = <Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });
/**
 * The files by which this service and a server that it connects to know each other in TLS.
 *
 * @param env beginning of the names of the variables: KAFKA
 * @param theyAre who they are to the reader: "brokers are"
 */
export const clientFiles = (env: string, theyAre: string) => ({
  tlsCaFile: optionalText({
    env: `${env}_TLS_CA_FILE`,
    default: null,
    description: `PEM certificates that ${theyAre} known by; null: those of the system`,
  }),
  tlsCertFile: optionalText({
    env: `${env}_TLS_CERT_FILE`,
    default: null,
    description: 'PEM certificate that this service shows there, read again when it changes; null: none',
  }),
  tlsKeyFile: optionalText({
    env: `${env}_TLS_KEY_FILE`,
    default: null,
    description: 'PEM private key of that certificate',
  }),
});
